import type { SignalEvent } from './event.ts';
import { SIGNAL } from './event.ts';

/** What of a signal tells whether a scanner made it. */
type Made = Pick<SignalEvent, 'source' | 'at' | 'name' | 'decisionId' | 'send' | 'machine'>;

/**
 * More clicks on one message than a hand makes in this time. Two seconds and "more than two": Adobe, Marketo Engage, "Filtering Email
 * Bot Activity", proximity pattern (https://experienceleague.adobe.com/docs/marketo, read 2026-11-28).
 */
const BURST = { clicks: 3, ms: 2_000 };

/**
 * Sooner after its delivery nobody has read a message. Audits of click logs take 5 s for it (https://check.live-direct-marketing.online,
 * "Bot clicks from security scanners", read 2026-11-28); twice that, since platforms stamp to the second and a gateway that scans
 * while it takes a message in may be told of late.
 */
const SOON_MS = 10_000;

/** Whether two signals are told of one message by one source, whose clock they share. */
const together = (one: Made, other: Made): boolean =>
  one.source === other.source &&
  ((one.decisionId !== undefined && one.decisionId === other.decisionId) ||
    (one.send !== undefined && one.send === other.send));

/** What tells when a message arrived. */
const ARRIVALS: readonly string[] = [SIGNAL.delivered, SIGNAL.sent];

/** The signals by which it is known whether a scanner made one of this name. */
export const tellingOf = (name: string | undefined): readonly string[] =>
  name === SIGNAL.clicked ? ARRIVALS : [];

/**
 * Whether a click comes with its message: sooner than a person could, or while the gateway that scans it has not taken it in yet. More
 * that is told never makes it a person's again.
 */
const tooSoon = (click: Made, signals: readonly Made[]): boolean =>
  signals.some(
    (own) => ARRIVALS.includes(own.name) && together(own, click) && Math.abs(click.at - own.at) < SOON_MS,
  );

/** Whether a click is one of so many that no hand made them. */
function inBurst(click: Made, clicks: readonly Made[]): boolean {
  const near = clicks
    .filter((own) => together(own, click) && Math.abs(own.at - click.at) < BURST.ms)
    .map(({ at }) => at)
    .sort((a, b) => a - b);
  return near.some((at, i) => {
    const last = near[i + BURST.clicks - 1];
    return last !== undefined && last - at < BURST.ms && at <= click.at && click.at <= last;
  });
}

/**
 * The signals of one person, marked where a scanner made them though the platform did not know: clicks on a message that come with its
 * delivery, or in bursts. A function of the set: what comes late may show what came before it for what it is.
 */
export function withScanners<Signal extends Made>(signals: readonly Signal[]): readonly Signal[] {
  const clicks = signals.filter(({ name, machine }) => name === SIGNAL.clicked && machine !== true);
  const made = new Set(clicks.filter((click) => tooSoon(click, signals) || inBurst(click, clicks)));
  return made.size === 0
    ? signals
    : signals.map((signal) => (made.has(signal) ? { ...signal, machine: true } : signal));
}
