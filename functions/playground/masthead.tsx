/** @jsxImportSource hono/jsx */
import { Icon } from "./icons.tsx";

/** The head of the page: the name, where to read on, and whose key is in use. */
export function Masthead() {
  return (
    <header class="masthead">
      <h1 class="wordmark">
        <svg viewBox="0 0 28 28" aria-hidden="true" focusable="false">
          <rect class="ground" x="1" y="1" width="26" height="26" rx="3" />
          <path
            class="piece"
            d="M18.5 6.2c3.3 2.6 3.6 7.6.9 11.4-2.6 3.7-7.6 5.3-10.6 3-3.2-2.4-2.2-6.4-.2-9.6 2.3-3.7 6.5-7.5 9.9-4.8Z"
          />
        </svg>
        Inlay
      </h1>
      <nav aria-label="Reading">
        <a href="/docs">API</a>
        <a href="/docs/errors">Errors</a>
      </nav>
      <button type="button" id="key-button" class="quiet key">
        <Icon name="key" />
        <span id="key-label">Enter a key</span>
      </button>
    </header>
  );
}

/** Where the key is typed, and what becomes of it. */
export function KeyDialog() {
  return (
    <dialog id="key-dialog" aria-labelledby="key-title">
      <form method="dialog" id="key-form">
        <h2 id="key-title">Your key</h2>
        <p>
          Edits are made with an API key and charged to its account. The key stays in this browser
          and is sent to this service alone.
        </p>
        <label for="key-input">API key</label>
        <input
          id="key-input"
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="inlay_live_…"
          aria-describedby="key-trouble"
        />
        <p id="key-trouble" class="trouble-line" role="alert"></p>
        <label class="check">
          <input id="key-remember" type="checkbox" />
          <span>Remember it in this browser, not only until this tab is closed</span>
        </label>
        <div class="actions">
          <button type="button" id="key-forget" class="quiet">
            Forget the key
          </button>
          <button type="button" id="key-cancel" class="quiet">
            Cancel
          </button>
          <button type="submit" class="primary">
            Use this key
          </button>
        </div>
      </form>
    </dialog>
  );
}
