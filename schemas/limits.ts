/** What a request may hold. Documented in the README and enforced at the edge from headers alone. */
export const limits = {
  jsonBytes: 1024 * 1024,
  multipartBytes: 80 * 1024 * 1024,
  imageBytes: 50 * 1024 * 1024,
  /** The longest output in one PUT, and each part but the last of a longer one. */
  outputPutBytes: 50 * 1024 * 1024,
  outputPartBytes: 32 * 1024 * 1024,
  /** The longest output that a provider hands out as a URL. */
  outputBytes: 95 * 1024 * 1024,
  manifestBytes: 64 * 1024,
  /** What is signed of an output's C2PA claim; about 1.5 kB. */
  claimBytes: 64 * 1024,
  previewBytes: 1024 * 1024,
  minSide: 16,
  maxSide: 16_384,
  /** 48 megapixels of 2^20: a phone's 8064 x 6048 is more than 48 million. */
  maxPixels: 48 * 1024 * 1024,
  minGeneratedSide: 64,
  maxGeneratedSide: 1_024,
  maxOutputs: 4,
  maxSteps: 50,
  /** Pixels that a mask grows by, or a fill fades in over. */
  maxReach: 256,
  /** Pixels that `outpaint` adds to a side. */
  maxMargin: 4_096,
  promptCharacters: 2_000,
  metadataBytes: 4_096,
  /** What an account may do unless its operator says otherwise. */
  createsPerMinute: 600,
  unfinishedEdits: 200,
  /** Streams of events that an account reads at the same time. */
  eventStreams: 1_000,
  /** Below this many micro-credits an account is told `balance.low`, unless it sets another threshold. */
  lowBalance: 100_000,
} as const;
