/** What webhooks of compatible surfaces need; added to the schema as one version. */
export const surfaceColumns: readonly string[] = ["ALTER TABLE deliveries ADD COLUMN scheme TEXT"];
