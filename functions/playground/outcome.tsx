/** @jsxImportSource hono/jsx */
import { Icon } from "./icons.tsx";

/** The moment of the result: what was kept, the seam under a loupe, and what to do with it. */
export function Outcome() {
  return (
    <section id="outcome" class="outcome" aria-labelledby="verdict" hidden>
      <h2 id="verdict" class="verdict" tabindex={-1}></h2>
      <p id="verdict-note" class="small"></p>
      <div id="outputs" class="outputs" role="group" aria-label="Results" hidden></div>
      <figure id="loupe" class="loupe">
        <div class="lenses">
          <div>
            <canvas
              id="lens-before"
              width="320"
              height="320"
              role="img"
              aria-label="The seam, as sent"
            ></canvas>
            <span>Sent</span>
          </div>
          <div>
            <canvas
              id="lens-after"
              width="320"
              height="320"
              role="img"
              aria-label="The seam, as it came back"
            ></canvas>
            <span>Came back</span>
          </div>
        </div>
        <figcaption>
          <label for="seam">Along the seam</label>
          <input id="seam" type="range" min="0" max="1000" value="0" />
        </figcaption>
      </figure>
      <dl id="facts" class="facts"></dl>
      <ul id="warnings" class="warnings"></ul>
      <div class="actions">
        <a id="download" class="primary" download="inlay.png" href="#">
          <Icon name="download" />
          Download
        </a>
        <button type="button" id="again" class="quiet">
          Same picture again
        </button>
        <button type="button" id="onward" class="quiet">
          Edit the result
        </button>
      </div>
    </section>
  );
}

/** The same edit as a program makes it, and as the service tells it. */
export function Request() {
  return (
    <details id="request" class="request" hidden>
      <summary>
        <span>Show as code</span>
        <span class="small">curl, TypeScript, Python</span>
      </summary>
      <div class="tabs" role="tablist" aria-label="Language">
        {(["curl", "TypeScript", "Python", "JSON"] as const).map((label, index) => (
          <button
            type="button"
            role="tab"
            id={`tab-${label.toLowerCase()}`}
            aria-controls="code"
            aria-selected={index === 0 ? "true" : "false"}
            tabindex={index === 0 ? 0 : -1}
          >
            {label}
          </button>
        ))}
      </div>
      <pre id="code" role="tabpanel" tabindex={0} aria-labelledby="tab-curl"></pre>
      <div class="actions">
        <button type="button" id="copy" class="quiet">
          Copy
        </button>
        <button type="button" id="save-mask" class="quiet">
          Save the mask
        </button>
      </div>
      <p id="request-id" class="small"></p>
    </details>
  );
}

/** What this browser has made before. */
export function Shelf() {
  return (
    <section id="shelf" class="shelf" aria-labelledby="shelf-title" hidden>
      <h2 id="shelf-title">Earlier edits</h2>
      <p class="small">The latest 24, kept in this browser alone.</p>
      <button type="button" id="shelf-clear" class="quiet">
        Forget them
      </button>
      <ul id="shelf-list"></ul>
    </section>
  );
}
