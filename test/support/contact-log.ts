import type { Decision } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { HOUR } from './programmes.ts';

interface Entry {
  at: number;
  made: string;
  programme: string;
  variant: string | undefined;
  channel: string;
  send: string | undefined;
  releases: number;
  sent: boolean;
  aborted: boolean;
}

/**
 * A second way of counting contacts: everything that happened, in the order it was acknowledged, by whoever is one person by
 * now. Says which variants caps have to drop, by looking at every contact there is.
 */
export class ContactLog {
  readonly #of = new Map<string, Entry[]>();

  #list(id: string): Entry[] {
    let list = this.#of.get(id);
    if (!list) this.#of.set(id, (list = []));
    return list;
  }

  /** `b` was merged with nobody before. */
  merge(a: string, b: string): void {
    const [into, from] = [this.#list(a), this.#list(b)];
    if (into === from) return;
    into.push(...from);
    this.#of.set(b, into);
  }

  decided(id: string, { at, id: made, programme, variant, channel, send }: Decision, hours = Infinity): void {
    const releases = at + hours * HOUR;
    const state = { sent: false, aborted: false };
    this.#list(id).push({ at, made, programme, variant, channel: channel!, send, releases, ...state });
  }

  /** A send that may be one of ours, by the decision or by the platform's id of the send. */
  sent(
    id: string,
    event: { at: number; made: string | undefined; send: string | undefined; name: string },
  ): void {
    const known = this.#known(id, event);
    for (const entry of known) entry.sent = true;
    if (known.length > 0) return;
    const { at, made = event.name, send } = event;
    const other = { programme: '', variant: undefined, channel: 'email', releases: Infinity };
    this.#list(id).push({ ...other, at, made, send, sent: true, aborted: false });
  }

  aborted(id: string, event: { made: string | undefined; send: string | undefined }): void {
    for (const entry of this.#known(id, event)) entry.aborted = true;
  }

  #known(id: string, { made, send }: { made: string | undefined; send: string | undefined }): Entry[] {
    return this.#list(id).filter((e) => e.made === made || (send !== undefined && e.send === send));
  }

  /** Ids of the variants that some cap has to drop. */
  closed(id: string, { id: own, variants, guardrails }: Programme, now: number): string[] {
    const standing = this.#list(id).filter((e) => e.sent || (!e.aborted && now < e.releases));
    const full = variants.filter(({ id: variant, channel }) =>
      (guardrails.caps ?? []).some((cap) => {
        if (cap.channel !== undefined && cap.channel !== channel) return false;
        let count = 0;
        for (const entry of standing) {
          if (entry.at <= now - cap.hours * HOUR) continue;
          if (cap.channel !== undefined && cap.channel !== entry.channel) continue;
          if (cap.per !== 'person' && entry.programme !== own) continue;
          if (cap.per === 'person-variant' && entry.variant !== variant) continue;
          count++;
        }
        return count >= cap.count;
      }),
    );
    return full.map((variant) => variant.id);
  }
}
