import type { Edit } from "../../../schemas/edit.ts";
import type { Step } from "./drawing.ts";
import type { EditRequestForm } from "./edit-request.ts";

/** An edit as this browser keeps it: enough to show it again without the service. */
export interface Remembered {
  readonly id: string;
  readonly edit: Edit;
  readonly request: EditRequestForm;
  readonly requestId: string | null;
  readonly name: string;
  readonly image: Blob;
  readonly steps: readonly Step[];
  readonly outputs: readonly (Blob | null)[];
  readonly thumbnail: Blob;
}

const most = 24;
const table = "edits";

function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("no storage")));
  });
}

/** The latest edits of this browser, in IndexedDB. Where there is none, or no room, they last as long as the page. */
export class HistoryStore {
  #kept: Remembered[] = [];
  readonly #database: Promise<IDBDatabase | null>;

  constructor() {
    this.#database = this.#open().catch(() => null);
  }

  /** Everything that is kept, newest first. */
  async all(): Promise<readonly Remembered[]> {
    const edits = await this.#edits("readonly");
    if (edits !== null) this.#kept = (await done(edits.getAll())) as Remembered[];
    return this.#kept.toSorted((one, other) => other.id.localeCompare(one.id));
  }

  async add(remembered: Remembered): Promise<void> {
    const all = await this.all();
    const old = all.slice(most - 1).map(({ id }) => id);
    this.#kept = [remembered, ...all].slice(0, most);
    const edits = await this.#edits("readwrite");
    if (edits === null) return;
    for (const id of old) edits.delete(id);
    await done(edits.put(remembered)).catch(() => undefined);
  }

  async clear(): Promise<void> {
    this.#kept = [];
    const edits = await this.#edits("readwrite");
    if (edits !== null) await done(edits.clear());
  }

  async #edits(mode: IDBTransactionMode): Promise<IDBObjectStore | null> {
    return (await this.#database)?.transaction(table, mode).objectStore(table) ?? null;
  }

  #open(): Promise<IDBDatabase> {
    const request = indexedDB.open("inlay", 1);
    request.addEventListener("upgradeneeded", () => {
      request.result.createObjectStore(table, { keyPath: "id" });
    });
    return done(request);
  }
}
