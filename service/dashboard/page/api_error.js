// An error of the API: a stable `reason` for programs, a message for people.

export class ApiError extends Error {
  constructor(status, {code = '', reason = '', message = '', metadata = {}},
      retryAfterMs = 0) {
    super(message || `The service answered ${status}.`);
    this.status = status;
    this.code = code;
    this.reason = reason;
    this.metadata = metadata;
    this.retryAfterMs = retryAfterMs;
  }

  // Waiting helps.
  get passes() {
    return this.status === 429 || this.status >= 500 ||
        ['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'INTERNAL', 'UNKNOWN',
          'DEADLINE_EXCEEDED', 'ABORTED'].includes(this.code);
  }
}

// Of a body as the contract has it, and of any other.
export function errorOf(status, text, retryAfter) {
  const ms = 1000 * (Number.parseInt(retryAfter ?? '', 10) || 0);
  try {
    const {error} = JSON.parse(text);
    if (error && typeof error === 'object') {
      return new ApiError(status, error, ms);
    }
  } catch {
    // Not ours: a proxy's, say.
  }
  return new ApiError(status, {}, ms);
}

// What is not an answer of the service: it, or the network, is not there.
export function isUnreachable(error) {
  return !(error instanceof ApiError);
}

// Whether it is worth trying again.
export function passes(error) {
  return isUnreachable(error) || error.passes;
}
