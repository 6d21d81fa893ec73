/** @jsxImportSource hono/jsx */
import { limits } from "../../schemas/limits.ts";
import { OutputFormat, usualStrength, type MaskedContent } from "../../schemas/edit.ts";
import {
  formatNames,
  pictureTypes,
  type PageSettings,
  type PlaygroundTask,
} from "./page-settings.ts";

const tasks: Readonly<Record<PlaygroundTask, { readonly label: string; readonly does: string }>> = {
  erase: { label: "Erase", does: "Fills the mask with what the surroundings suggest." },
  inpaint: { label: "Repaint", does: "Fills the mask with what you describe." },
  outpaint: { label: "Extend", does: "Grows the picture beyond its edges." },
  paint_by_example: {
    label: "By example",
    does: "Fills the mask with what another picture shows.",
  },
};

const contents: Readonly<Record<MaskedContent, string>> = {
  noise: "Nothing",
  fill: "A smooth fill",
  original: "What is there",
};

const sides = [
  ["left", "Left"],
  ["right", "Right"],
  ["up", "Top"],
  ["down", "Bottom"],
] as const;

function Task({ task, first }: { readonly task: PlaygroundTask; readonly first: boolean }) {
  const { label, does } = tasks[task];
  return (
    <label class="choice" title={does}>
      <input type="radio" name="task" value={task} data-does={does} checked={first} />
      <span>{label}</span>
    </label>
  );
}

function Slider(slider: {
  id: string;
  label: string;
  min: number;
  max: number;
  step: number;
  value: number;
}) {
  const { id, label, ...range } = slider;
  return (
    <p class="slider">
      <label for={id}>{label}</label>
      <output id={`${id}-label`} for={id}>
        {range.value}
      </output>
      <input id={id} type="range" {...range} />
    </p>
  );
}

/** What the picture is to become. */
function Wish({ settings }: { readonly settings: PageSettings }) {
  return (
    <>
      <fieldset class="choices">
        <legend>Task</legend>
        {settings.tasks.map((task, index) => (
          <Task task={task} first={index === 0} />
        ))}
      </fieldset>
      <p id="task-does" class="small"></p>
      <p id="prompt-group">
        <label for="prompt">Describe it</label>
        <textarea
          id="prompt"
          rows={3}
          maxlength={limits.promptCharacters}
          placeholder="a meadow in morning light"
        ></textarea>
      </p>
      <p id="example-group" hidden>
        <label for="example">Example picture</label>
        <input id="example" type="file" accept={pictureTypes.join(",")} />
      </p>
      <fieldset id="margins" class="margins" hidden>
        <legend>Pixels to add</legend>
        {sides.map(([side, label]) => (
          <label>
            <span>{label}</span>
            <input
              id={`margin-${side}`}
              type="number"
              min="0"
              max={limits.maxMargin}
              step="1"
              value="0"
              inputmode="numeric"
            />
          </label>
        ))}
      </fieldset>
    </>
  );
}

/** How it is made; all of it has a sound default. */
function Settings({ settings }: { readonly settings: PageSettings }) {
  return (
    <details class="settings">
      <summary>
        <span>Settings</span>
        <span id="settings-brief" class="small"></span>
      </summary>
      <Slider id="steps" label="Steps" min={1} max={limits.maxSteps} step={1} value={20} />
      <Slider id="n" label="Results" min={1} max={limits.maxOutputs} step={1} value={1} />
      <Slider id="feather" label="Soft edge" min={0} max={64} step={1} value={0} />
      <p>
        <label for="content">Start from</label>
        <select id="content">
          {Object.entries(contents).map(([content, label]) => (
            <option id={`content-${content}`} value={content}>
              {label}
            </option>
          ))}
        </select>
      </p>
      <div id="strength-group" hidden>
        <Slider
          id="strength"
          label="Painted anew"
          min={0.05}
          max={1}
          step={0.05}
          value={usualStrength}
        />
      </div>
      <div class="pair">
        <p>
          <label for="seed">Seed</label>
          <input
            id="seed"
            type="number"
            min="0"
            max="4294967295"
            step="1"
            placeholder="drawn"
            inputmode="numeric"
          />
        </p>
        <p>
          <label for="format">Format</label>
          <select id="format">
            {OutputFormat.options.map((format) => (
              <option value={format}>{formatNames[format]}</option>
            ))}
          </select>
        </p>
      </div>
      <p id="format-note" class="small" hidden>
        JPEG is lossy: kept pixels come back nearly as they were. PNG and WebP keep each of them.
      </p>
      <p hidden={settings.samplers.length < 2}>
        <label for="sampler">Sampler</label>
        <select id="sampler">
          {settings.samplers.map((sampler) => (
            <option value={sampler} selected={sampler === settings.sampler}>
              {sampler}
            </option>
          ))}
        </select>
      </p>
      <div id="prompted">
        <Slider id="guidance" label="Guidance" min={0} max={20} step={0.5} value={7.5} />
        <p>
          <label for="negative-prompt">What it should not be</label>
          <input id="negative-prompt" type="text" maxlength={limits.promptCharacters} />
        </p>
      </div>
    </details>
  );
}

/** What an edit is to be, what it will cost, and the way to start it. */
export function Controls({ settings }: { readonly settings: PageSettings }) {
  return (
    <form id="controls" class="controls" aria-label="Edit" novalidate>
      <fieldset id="choices" class="plain">
        <legend class="visually-hidden">Edit</legend>
        <Wish settings={settings} />
        <Settings settings={settings} />
      </fieldset>
      <div id="trouble" class="trouble" role="alert" hidden>
        <p id="trouble-title"></p>
        <p id="trouble-detail"></p>
        <p id="trouble-code" class="small"></p>
      </div>
      <div class="run">
        <dl>
          <div>
            <dt>Marked</dt>
            <dd id="marked">–</dd>
          </div>
          <div>
            <dt>Price</dt>
            <dd id="price">–</dd>
          </div>
        </dl>
        <button type="submit" id="run" class="primary">
          Run the edit
        </button>
        <p id="run-hint" class="small" aria-live="polite"></p>
      </div>
    </form>
  );
}
