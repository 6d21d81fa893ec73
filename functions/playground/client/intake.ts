import { element } from "./elements.ts";

/** Hears of every picture that a person brings: chosen, taken, dropped, pasted, or the sample. */
export function listenForPictures(take: (file: Blob, name: string) => void): void {
  for (const id of ["file-input", "camera-input"]) {
    const input = element(id, HTMLInputElement);
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) take(file, file.name);
      input.value = "";
    });
  }
  const sample = element("sample", HTMLButtonElement);
  sample.addEventListener("click", () => {
    const taken = fetch(sample.dataset["src"] ?? "").then((answer) => answer.blob());
    void taken.then((blob) => take(blob, "dandelions.jpg"));
  });

  const veil = element("drop-veil", HTMLElement);
  const carriesFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    veil.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (file) take(file, file.name);
  });
  addEventListener("paste", ({ clipboardData }) => {
    const file = clipboardData?.files[0];
    if (file) take(file, file.name);
  });
}
