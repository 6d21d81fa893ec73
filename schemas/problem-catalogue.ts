/**
 * Every error a customer can meet: its HTTP status, and a title that never changes.
 *
 * The sentence that says what to do is written where the error is raised; `docs/errors.md` is generated from this table.
 * A code is public: it is added, never renamed.
 */
export const problemCatalogue = {
  request_malformed: { status: 400, title: "The request cannot be parsed" },
  request_invalid: { status: 422, title: "The request has invalid fields" },
  content_type_unsupported: { status: 415, title: "The content type is not supported" },
  length_required: { status: 411, title: "The request must say its length" },
  body_too_slow: { status: 408, title: "The request body took too long" },
  body_too_large: { status: 413, title: "The request body is too large" },
  route_unknown: { status: 404, title: "There is nothing at this address" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },

  key_missing: { status: 401, title: "An API key is required" },
  key_invalid: { status: 401, title: "The API key is not valid" },
  key_revoked: { status: 401, title: "The API key has been revoked" },
  key_scope_missing: { status: 403, title: "The key may not be used for this" },
  keys_too_many: { status: 409, title: "The account has too many keys" },
  admin_secret_invalid: { status: 401, title: "The admin secret is not valid" },
  account_not_found: { status: 404, title: "There is no such account" },
  key_not_found: { status: 404, title: "There is no such key" },
  token_invalid: { status: 401, title: "The client token is not valid" },
  token_expired: { status: 401, title: "The client token has expired" },
  token_not_allowed: { status: 403, title: "A client token may not do this" },
  token_task_not_allowed: { status: 403, title: "The client token does not allow the task" },
  token_limit_reached: { status: 402, title: "The client token's spending limit is reached" },
  url_signature_invalid: { status: 403, title: "The signed URL is not valid" },
  url_expired: { status: 403, title: "The signed URL has expired" },
  callback_unauthenticated: { status: 401, title: "The callback is not authenticated" },

  account_suspended: { status: 403, title: "The account is suspended" },

  idempotency_key_invalid: { status: 400, title: "The idempotency key is not valid" },
  idempotency_key_reused: { status: 422, title: "The idempotency key belongs to another request" },
  idempotency_in_progress: { status: 409, title: "A request with this key is in progress" },
  credits_insufficient: { status: 402, title: "The account has too few credits" },
  grant_conflict: { status: 409, title: "The external id belongs to another grant" },
  entry_conflict: { status: 409, title: "The external id belongs to another entry" },
  balance_exceeded: { status: 409, title: "The balance does not cover it" },
  payment_unverified: { status: 401, title: "The payment's signature is not valid" },
  payment_unusable: { status: 422, title: "The payment cannot be credited" },
  creates_too_fast: { status: 429, title: "Edits are created too fast" },
  edits_too_many: { status: 429, title: "Too many edits are in progress" },

  task_not_in_profile: { status: 422, title: "The profile does not serve the task" },
  sampler_not_in_profile: { status: 422, title: "The profile does not have the sampler" },

  model_unknown: { status: 404, title: "There is no such model" },
  parameter_unsupported: { status: 422, title: "The parameter is not supported here" },

  image_missing: { status: 422, title: "An image is required" },
  mask_missing: { status: 422, title: "A mask is required" },
  example_missing: { status: 422, title: "An example is required" },
  image_unreadable: { status: 422, title: "The file is not a readable image" },
  image_format_unsupported: { status: 422, title: "The image format is not supported" },
  image_animated: { status: 422, title: "Animated images are not supported" },
  image_too_small: { status: 422, title: "The image is too small" },
  image_side_too_long: { status: 422, title: "A side of the image is too long" },
  image_too_many_pixels: { status: 422, title: "The image has too many pixels" },
  image_too_large: { status: 413, title: "The image file is too large" },
  image_data_invalid: { status: 422, title: "The data: URI is not valid" },
  image_url_not_allowed: { status: 422, title: "The image URL is not allowed" },
  image_url_unresolved: { status: 503, title: "The image URL's host cannot be looked up" },
  image_url_unreachable: { status: 422, title: "The image URL cannot be fetched" },
  mask_size_mismatch: { status: 422, title: "Image and mask differ in size" },
  mask_orientation_mismatch: { status: 422, title: "The mask fits the image unrotated only" },
  upload_not_found: { status: 404, title: "There is no such upload" },
  upload_unusable: { status: 422, title: "The upload cannot be used" },
  upload_incomplete: { status: 409, title: "The upload is not complete" },
  upload_mismatch: { status: 422, title: "The file is not the announced one" },
  upload_direct_disabled: { status: 422, title: "Direct uploads are not enabled" },
  content_conflict: { status: 409, title: "Other bytes are stored already" },
  webhook_url_not_allowed: { status: 422, title: "The webhook URL is not allowed" },

  webhook_endpoint_not_found: { status: 404, title: "There is no such webhook endpoint" },
  webhook_endpoints_too_many: { status: 409, title: "The account has too many webhook endpoints" },
  webhook_endpoint_disabled: { status: 409, title: "The webhook endpoint is disabled" },
  delivery_not_found: { status: 404, title: "There is no such delivery" },
  delivery_payload_gone: { status: 410, title: "The delivery's payload has been removed" },

  edit_not_found: { status: 404, title: "There is no such edit" },
  edit_deleted: { status: 410, title: "The edit has been deleted" },
  edit_unfinished: { status: 409, title: "The edit has not finished" },
  edit_canceled: { status: 409, title: "The edit was canceled" },
  edit_archived: { status: 410, title: "The edit has been archived" },
  preview_not_found: { status: 404, title: "There is no preview" },
  output_gone: { status: 410, title: "The file has been removed" },

  streams_too_many: { status: 429, title: "Too many streams are open" },
  events_gone: { status: 410, title: "The events are not kept any more" },

  mask_empty: { status: 422, title: "The mask marks nothing" },
  mask_damaged: { status: 422, title: "The mask cannot be decoded" },
  image_damaged: { status: 422, title: "The image cannot be decoded" },
  output_too_large: { status: 422, title: "The result is too large" },
  output_blocked: { status: 422, title: "Every output was blocked" },
  input_blocked: { status: 422, title: "The prompt or a picture was refused" },
  model_failed: { status: 502, title: "The model failed" },
  edit_expired: { status: 504, title: "The edit ran out of time" },

  configuration_invalid: { status: 500, title: "The deployment is not configured" },
  internal_error: { status: 500, title: "Something went wrong on our side" },
  unavailable: { status: 503, title: "The service is briefly unavailable" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A stable, public error code. */
export type ProblemCode = keyof typeof problemCatalogue;

/** Every code, in the order of the catalogue. */
export const problemCodes = Object.keys(problemCatalogue) as [ProblemCode, ...ProblemCode[]];
