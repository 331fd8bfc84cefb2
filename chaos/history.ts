/** One send that was asked for, with every answer it got. */
export interface Asked {
  programme: string;
  /** Whom it was asked for, as query parameters. */
  person: string;
  send: string;
  /** When it was asked for first, ms since 1970. */
  firstAt: number;
  /** Bodies of the answers with status 200. */
  answers: string[];
}

/** One event that was sent, perhaps several times. */
export interface Told {
  id: string;
  signal: boolean;
  event: object;
  /** Who leaves a channel with it, as a query parameter. */
  leaves?: string;
  /** Whether a delivery it was part of was acknowledged. */
  accepted: boolean;
}

export interface Receipt {
  accepted: number;
  duplicates: number;
  events: number;
}

/** What the callers know: everything that was asked, told and promised. */
export class History {
  readonly asked: Asked[] = [];
  readonly told: Told[] = [];
  readonly receipts: Receipt[] = [];
  /** When it was first acknowledged that somebody left, ms since 1970, by query parameter. */
  readonly left = new Map<string, number>();
  /** Answers of decide calls by status; `none` where nobody answered. */
  readonly statuses = new Map<string, number>();
  /** How long decide calls took, in ms. */
  readonly latencies: number[] = [];

  took(ms: number, status: number | undefined): void {
    const name = String(status ?? 'none');
    this.statuses.set(name, (this.statuses.get(name) ?? 0) + 1);
    if (status !== undefined) this.latencies.push(ms);
  }
}
