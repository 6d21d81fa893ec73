/** What compatible surfaces need: how their webhooks are signed, and what is kept beside their files. */
export const surfaceColumns: readonly string[] = [
  "ALTER TABLE deliveries ADD COLUMN scheme TEXT",
  "ALTER TABLE uploads ADD COLUMN labels TEXT",
];
