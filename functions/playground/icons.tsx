/** @jsxImportSource hono/jsx */

/** What each icon draws in a square of 24, as one path. */
const paths = {
  brush:
    "M4 20c3 0 4.5-1.2 4.5-3.2 0-1.4-1-2.3-2.2-2.3C4.3 14.5 4.6 18 4 20ZM9.6 13.6 18.8 4.4a1.6 1.6 0 0 1 2.3 2.3l-9.2 9.2",
  erase:
    "m8.5 19.5-4-4a1.5 1.5 0 0 1 0-2.1l8.9-8.9a1.5 1.5 0 0 1 2.1 0l4 4a1.5 1.5 0 0 1 0 2.1l-8.9 8.9H8.5ZM9 9l6 6M12 19.5h8",
  pan: "M12 3v18M3 12h18M12 3 9.5 5.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5",
  undo: "M4 9h10a5.5 5.5 0 0 1 0 11H8M4 9l4.5-4.5M4 9l4.5 4.5",
  redo: "M20 9H10a5.5 5.5 0 0 0 0 11h6M20 9l-4.5-4.5M20 9l-4.5 4.5",
  invert:
    "M12 3.5a8.5 8.5 0 1 0 0 17ZM12 3.5a8.5 8.5 0 0 1 0 17M12 7h5M12 10.3h8M12 13.7h8M12 17h5",
  clear: "M5 5l14 14M19 5 5 19",
  mask: "M3.5 5.5h17v13h-17zM12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  zoomIn:
    "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20M10.5 7.8v5.4M7.8 10.5h5.4",
  zoomOut: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20M7.8 10.5h5.4",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  key: "M14.5 4.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10ZM11 13l-7 7M6.5 17.5l2 2M16 8.5h.01",
  download: "M12 4v11M12 15l-4.5-4.5M12 15l4.5-4.5M4.5 20h15",
  picture: "M3.5 4.5h17v15h-17zM3.5 16l5-5 4.5 4.5 3-3 4.5 4.5M15.5 8.5h.01",
} as const;

export type IconName = keyof typeof paths;

/** A drawn sign beside a label; it says nothing to a screen reader. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
