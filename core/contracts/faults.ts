/**
 * Everything that can go wrong with a platform, as one closed set. Anything else that is thrown is a bug.
 *
 * | kind | retry | who can fix it |
 * | --- | --- | --- |
 * | settings | no | the person who configured the integration |
 * | auth | no | the holder of the credential |
 * | invalid | no | the sender of the data |
 * | rate-limited | after `retryAfterMs` | time |
 * | unavailable | with back-off | the platform |
 * | rejected | no | nobody: this item is refused for good |
 */
export type FaultKind = 'settings' | 'auth' | 'invalid' | 'rate-limited' | 'unavailable' | 'rejected';

const RETRIED: ReadonlySet<FaultKind> = new Set(['rate-limited', 'unavailable']);

const MESSAGE: Record<FaultKind, string> = {
  settings: 'The integration is not configured correctly',
  auth: 'The credential was not accepted',
  invalid: 'The data does not have the expected shape',
  'rate-limited': 'The platform asked to slow down',
  unavailable: 'The platform could not be reached or failed',
  rejected: 'The platform refused this item',
};

/** A fault with a static message; what varies is in `detail`, which never holds a secret. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;

  constructor(kind: FaultKind, detail: string, retryAfterMs?: number) {
    super(MESSAGE[kind]);
    this.name = 'Fault';
    this.kind = kind;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
  }

  get retry(): boolean {
    return RETRIED.has(this.kind);
  }
}
