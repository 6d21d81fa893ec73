import type { Edit } from "../../../schemas/edit.ts";
import type { PageSettings } from "../page-settings.ts";
import { Bench } from "./bench.ts";
import { ChoiceForm } from "./choice-form.ts";
import { CodePanel } from "./code-panel.ts";
import { editRequest, takesMask, type EditRequestForm } from "./edit-request.ts";
import { element } from "./elements.ts";
import { HistoryStore, type Remembered } from "./history-store.ts";
import { listenForPictures } from "./intake.ts";
import { nextJourney, start, type Effect, type Journey, type JourneyEvent } from "./journey.ts";
import { KeyDialog } from "./key-dialog.ts";
import { KeyStore } from "./key-store.ts";
import { PictureError, readPicture, type Picture } from "./picture.ts";
import { Presentation } from "./presentation.ts";
import { hints, missing, tellPrice, tellProgress, tellTrouble } from "./readout.ts";
import { Service, ServiceError } from "./service.ts";
import { Shelf } from "./shelf.ts";
import { thumbnailOf } from "./thumbnail.ts";
import { polling, type Watch } from "./watch.ts";

/** The page: one journey, the parts that show it, and the effects that move it on. */
export class Playground {
  readonly #settings: PageSettings;
  readonly #keys = new KeyStore();
  readonly #service = new Service(() => this.#keys.key);
  readonly #watch: Watch = polling(this.#service);
  readonly #history = new HistoryStore();
  readonly #shelf = new Shelf(this.#history, (remembered) => void this.#open(remembered));
  readonly #keyDialog = new KeyDialog(this.#keys, this.#service, () => this.#render());
  readonly #code = new CodePanel();
  readonly #bench: Bench;
  readonly #form: ChoiceForm;
  readonly #presentation: Presentation;
  #journey: Journey = start;
  #picture: Picture | null = null;
  #marked = 0;
  #sent: { readonly request: EditRequestForm; readonly requestId: string | null } | null = null;
  #running = new AbortController();

  constructor(settings: PageSettings) {
    this.#settings = settings;
    this.#bench = new Bench({
      drawn: () => {
        this.#marked = this.#picture === null ? 0 : this.#bench.mask.share();
        this.#render();
      },
      pulled: (side, pixels) => this.#form.setMargin(side, pixels),
      looked: (at) => this.#presentation.look(at),
      say: (text) => this.#say(text),
    });
    this.#form = new ChoiceForm(settings, () => this.#render());
    this.#presentation = new Presentation(this.#bench);
  }

  /** Takes up work. */
  begin(): void {
    listenForPictures((file, name) => void this.#take(file, name));
    element("controls", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    const on = (id: string, act: () => void) =>
      element(id, HTMLButtonElement).addEventListener("click", act);
    on("cancel", () => this.#happen({ type: "cancel" }));
    on("again", () => this.#happen({ type: "again" }));
    on("save-mask", () => void this.#saveMask());
    on("onward", () => {
      const { output } = this.#presentation;
      if (output !== null) void this.#take(output, this.#picture?.name ?? "picture.png");
    });
    void this.#keyDialog.refresh();
    void this.#shelf.refresh();
    this.#render();
  }

  #happen(event: JourneyEvent): void {
    const { journey, effects } = nextJourney(this.#journey, event);
    const left = this.#journey.phase === "shown" && journey.phase !== "shown";
    this.#journey = journey;
    if (left) this.#presentation.close();
    this.#render();
    for (const effect of effects) {
      this.#perform(effect).catch((error: unknown) => this.#fail(error));
    }
  }

  async #perform(effect: Effect): Promise<void> {
    switch (effect.type) {
      case "send":
        return this.#send();
      case "abort":
        return this.#running.abort();
      case "watch":
        return this.#watch(
          effect.edit,
          {
            news: (edit) => this.#happen({ type: "news", edit }),
            preview: (picture) => void this.#preview(picture),
          },
          this.#running.signal,
        );
      case "cancel":
        return this.#happen({ type: "news", edit: await this.#service.cancel(effect.edit.id) });
      case "present":
        return this.#present(effect.edit);
      case "say":
        return this.#say(effect.text);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (!(error instanceof ServiceError)) throw error;
    this.#happen({ type: "failed", trouble: error.trouble });
    if (error.status === 401) this.#keyDialog.open(error.trouble.detail);
  }

  async #take(file: Blob, name: string): Promise<void> {
    try {
      const picture = await readPicture(file, name);
      this.#happen({ type: "picture" });
      if (this.#journey.phase === "drawing") this.#load(picture);
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      this.#happen({ type: "unreadable", trouble: error.trouble });
    }
  }

  #load(picture: Picture, steps: Remembered["steps"] = []): void {
    this.#picture = picture;
    this.#sent = null;
    this.#form.setPicture(picture);
    this.#bench.load(picture, steps);
    this.#bench.stage.canvas.focus({ preventScroll: true });
    this.#say(`${picture.name}, ${picture.width} by ${picture.height} pixels.`);
  }

  #run(): void {
    const lacks = this.#missing();
    if (lacks === null) this.#happen({ type: "run" });
    else if (lacks === "key") this.#keyDialog.open();
    else this.#say(hints[lacks]);
    if (lacks === "prompt") element("prompt", HTMLElement).focus();
    if (lacks === "example") element("example", HTMLElement).focus();
    if (lacks === "mask") this.#bench.stage.canvas.focus();
  }

  async #send(): Promise<void> {
    const picture = this.#picture;
    if (picture === null) return;
    this.#running = new AbortController();
    const { signal } = this.#running;
    element("stage", HTMLElement).scrollIntoView({ block: "nearest" });
    const request = this.#request(picture);
    const form = new FormData();
    for (const [name, value] of request.fields) form.set(name, value);
    form.set("image", picture.file, picture.name);
    if (takesMask(this.#form.choices.task)) {
      form.set("mask", await this.#bench.mask.png(), "mask.png");
    }
    const { example } = this.#form;
    if (request.files.some(({ field }) => field === "example") && example !== null) {
      form.set("example", example, example.name);
    }
    const onSent = (share: number) => this.#happen({ type: "sent", share });
    const { edit, requestId } = await this.#service.create(form, onSent, signal);
    this.#sent = { request, requestId };
    this.#happen({ type: "accepted", edit });
  }

  async #present(edit: Edit): Promise<void> {
    const picture = this.#picture;
    if (picture === null || this.#sent === null) return;
    const outputs = await Promise.all(
      edit.outputs.map(async ({ url }) => (url === null ? null : this.#service.output(url))),
    );
    const first = outputs.find((blob) => blob !== null);
    const { steps } = this.#bench.mask;
    void this.#keyDialog.refresh();
    const presented = this.#presentation.present({ edit, picture, outputs });
    await this.#history.add({
      ...this.#sent,
      ...{ id: edit.id, edit, name: picture.name, image: picture.file, steps, outputs },
      thumbnail: await thumbnailOf(first ?? picture.file),
    });
    await this.#shelf.refresh();
    await presented;
  }

  async #open(remembered: Remembered): Promise<void> {
    if (this.#journey.phase === "sending" || this.#journey.phase === "running") return;
    const { edit, image, name, steps, outputs } = remembered;
    const picture = await readPicture(image, name);
    this.#presentation.close();
    this.#load(picture, steps);
    this.#sent = remembered;
    this.#happen({ type: "opened", edit });
    await this.#presentation.present({ edit, picture, outputs });
    element("stage", HTMLElement).scrollIntoView({ block: "nearest" });
  }

  async #preview(picture: Blob): Promise<void> {
    const preview = await createImageBitmap(picture);
    if (this.#journey.phase === "running") this.#bench.stage.change({ preview });
  }

  async #saveMask(): Promise<void> {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await this.#bench.mask.png());
    link.download = "mask.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  #request({ name }: Picture): EditRequestForm {
    const example = this.#form.example?.name ?? null;
    return editRequest(this.#form.choices, { image: name, example }, this.#settings.sampler);
  }

  #missing() {
    const { choices, example } = this.#form;
    return missing({
      picture: this.#picture,
      key: this.#keys.key !== null,
      marked: this.#marked,
      example: example !== null,
      choices,
    });
  }

  #say(text: string): void {
    element("live", HTMLElement).textContent = text;
  }

  /** Brings the whole page in line with the journey. */
  #render(): void {
    const journey = this.#journey;
    const { phase } = journey;
    const { choices } = this.#form;
    const busy = phase === "sending" || phase === "running";
    document.body.dataset["phase"] = phase;
    element("welcome", HTMLElement).hidden = phase !== "empty";
    element("canvas", HTMLElement).hidden = phase === "empty";
    element("bench-bar", HTMLElement).hidden = phase === "empty" || busy;
    element("zoom", HTMLElement).hidden = phase === "empty";
    element("controls", HTMLElement).hidden = phase === "shown";
    element("outcome", HTMLElement).hidden = phase !== "shown";
    this.#form.disabled = busy;
    element("run", HTMLButtonElement).disabled = busy;
    const outpaints = choices.task === "outpaint";
    this.#bench.setMode(
      phase === "shown" ? "compare" : busy ? "look" : outpaints ? "margins" : "draw",
    );
    if (phase !== "shown") this.#bench.setMargins(outpaints ? choices.margins : null);
    if (!busy) this.#bench.stage.change({ preview: null });
    tellProgress(journey, choices.steps);
    tellTrouble("trouble" in journey ? journey.trouble : null);
    tellPrice(this.#picture, this.#marked, choices);
    const lacks = this.#missing();
    element("run-hint", HTMLElement).textContent = busy || lacks === null ? "" : hints[lacks];
    if (this.#picture === null) return;
    if (this.#sent !== null && phase === "shown") {
      this.#code.show(this.#sent.request, journey.edit, this.#sent.requestId);
    } else {
      this.#code.show(this.#request(this.#picture), null, null);
    }
  }
}
