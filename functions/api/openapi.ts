/** The head of the OpenAPI document; the rest comes from the routes. */
export const openApiInfo = {
  openapi: "3.1.0",
  info: {
    title: "Inlay",
    version: "1.0.0",
    description: "Inlay changes the pixels you mask, and no others.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
  tags: [
    { name: "Edits", description: "Change a picture where its mask is white" },
    { name: "Uploads", description: "Send pictures ahead" },
    { name: "Account", description: "Balance, prices, ledger and events" },
    { name: "Webhooks", description: "Endpoints, secrets and the delivery log" },
    { name: "Operators", description: "Accounts, keys and credits, with the admin secret" },
    { name: "Service", description: "Whether the service is up" },
  ],
};
