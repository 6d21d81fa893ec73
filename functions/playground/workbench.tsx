/** @jsxImportSource hono/jsx */
import { Icon, type IconName } from "./icons.tsx";
import { pictureTypes } from "./page-settings.ts";

function Tool(tool: { value: string; icon: IconName; label: string; hint: string; on?: boolean }) {
  return (
    <label class="tool" title={tool.hint}>
      <input type="radio" name="tool" value={tool.value} checked={tool.on === true} />
      <Icon name={tool.icon} />
      <span>{tool.label}</span>
    </label>
  );
}

function Act(act: { id: string; icon: IconName; label: string; hint: string; pressed?: boolean }) {
  return (
    <button
      type="button"
      id={act.id}
      class="act"
      title={act.hint}
      aria-label={act.label}
      aria-pressed={act.pressed}
    >
      <Icon name={act.icon} />
    </button>
  );
}

/** What a person finds who has not chosen a picture yet. */
function Welcome({ sample }: { readonly sample: string }) {
  return (
    <div id="welcome" class="welcome">
      <p class="statement">
        Changes the pixels{" "}
        <span>
          you <mark>mask</mark>,
        </span>{" "}
        <em>and no others.</em>
      </p>
      <p class="lead">
        Choose a photograph, brush over what should go, and run it. Every pixel you leave alone
        comes back as you sent it.
      </p>
      <div class="ways">
        <label class="primary file">
          <Icon name="picture" />
          Choose a picture
          <input id="file-input" type="file" accept={pictureTypes.join(",")} />
        </label>
        <label class="quiet file camera">
          Take a photo
          <input id="camera-input" type="file" accept="image/*" capture="environment" />
        </label>
        <button type="button" id="sample" class="sample" data-src={sample}>
          <img src={sample} alt="" width="56" height="40" />
          <span>Use the dandelions</span>
        </button>
      </div>
      <p class="small">
        Or drop one here, or paste it. PNG, JPEG or WebP, up to 24 megapixels and 50&nbsp;MiB; it is
        sent as it is.
      </p>
    </div>
  );
}

/** The picture, what is done to it by hand, and how far the service is. */
export function Workbench({ sample }: { readonly sample: string }) {
  return (
    <section class="workbench" aria-label="Picture">
      <div id="stage" class="stage">
        <Welcome sample={sample} />
        <canvas
          id="canvas"
          tabindex={0}
          role="application"
          aria-label="The picture. Brush over what should change."
          aria-describedby="canvas-help"
          hidden
        ></canvas>
        <div id="zoom" class="group zoom" role="group" aria-label="Zoom" hidden>
          <Act id="zoom-out" icon="zoomOut" label="Zoom out" hint="Zoom out (−)" />
          <button type="button" id="zoom-fit" class="act wide" title="Fit the picture (0)">
            <span id="zoom-label">100 %</span>
            <span class="visually-hidden">, fit the picture</span>
          </button>
          <Act id="zoom-in" icon="zoomIn" label="Zoom in" hint="Zoom in (+)" />
        </div>
        <p id="drop-veil" class="drop-veil" hidden>
          Drop the picture
        </p>
      </div>
      <div id="progress" class="progress" hidden>
        <p>
          <span id="progress-label">Sending</span>
          <output id="progress-share">0&nbsp;%</output>
        </p>
        <progress id="progress-bar" max="1" value="0" aria-label="Progress of the edit"></progress>
        <button type="button" id="cancel" class="quiet">
          Cancel
        </button>
      </div>
      <p id="canvas-help" class="visually-hidden">
        Arrow keys move the brush, with Shift by one pixel. Space puts it down and lifts it, Enter
        marks one spot. B is the brush, E the eraser, square brackets change the size, plus, minus
        and zero zoom, Control Z undoes.
      </p>
      <div id="bench-bar" class="bench-bar" hidden>
        <fieldset id="tools" class="group">
          <legend class="visually-hidden">Tool</legend>
          <Tool value="brush" icon="brush" label="Brush" hint="Mark what should change (B)" on />
          <Tool value="erase" icon="erase" label="Erase" hint="Take marks away (E)" />
          <Tool value="pan" icon="pan" label="Move" hint="Move the picture (H)" />
        </fieldset>
        <label id="size-group" class="group size">
          <span>Size</span>
          <input id="brush-size" type="range" min="0" max="100" value="50" />
          <output id="brush-size-label" for="brush-size"></output>
        </label>
        <div id="mask-acts" class="group" role="group" aria-label="Mask">
          <Act id="undo" icon="undo" label="Undo" hint="Undo (Ctrl Z)" />
          <Act id="redo" icon="redo" label="Redo" hint="Redo (Ctrl Shift Z)" />
          <Act id="invert" icon="invert" label="Invert the mask" hint="Invert the mask (I)" />
          <Act id="clear" icon="clear" label="Clear the mask" hint="Clear the mask" />
          <Act
            id="mask-only"
            icon="mask"
            label="Show the mask alone"
            hint="Show the mask as it is sent (M)"
            pressed={false}
          />
        </div>
        <label id="divider-group" class="group size" hidden>
          <span>Before</span>
          <input
            id="divider"
            type="range"
            min="0"
            max="1000"
            value="500"
            aria-label="Where before ends and after begins"
          />
          <span>After</span>
        </label>
      </div>
    </section>
  );
}
