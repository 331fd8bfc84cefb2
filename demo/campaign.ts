import { react } from './behaviour.ts';
import type { BrazeStandIn, Message } from './braze-stand-in.ts';
import type { FeedbackQueue } from './feedback-queue.ts';
import { each } from './http.ts';
import type { Delivered } from './message.ts';
import { read } from './message.ts';
import type { Send, Wave } from './people.ts';
import { chanceOf, variablesOf } from './people.ts';
import type { GoalSignal } from './programme.ts';

/** Messages under way at once: enough to share the flush of the disk, few enough for an answer well within 2 s. */
const RENDERS_AT_ONCE = 48;
/** Share of messages whose four parts are rendered at the same time. */
const TOGETHER = 0.05;
const PREVIEWS = 20;
const UNSENT = 'dispatch_id_for_unsent_campaign';

/** One send with everything it led to. */
export interface Played {
  send: Send;
  delivered: Delivered;
  signals: Set<GoalSignal>;
  /** Whether the person's unsubscription had been acknowledged before. */
  unsubscribed: boolean;
}

export interface CampaignPorts {
  braze: BrazeStandIn;
  message: Message;
  feedback: FeedbackQueue;
  seed: number;
}

/** Plays waves of sends, and brings back what people do with them. */
export class Campaign {
  readonly played: Played[] = [];
  /** Previews that were put on record although nothing was sent. */
  recordedPreviews = 0;
  previews = 0;
  readonly #ports: CampaignPorts;

  constructor(ports: CampaignPorts) {
    this.#ports = ports;
  }

  /** What a marketer does before the first send. */
  async preview(sends: readonly Send[]): Promise<void> {
    const { braze, message } = this.#ports;
    for (const send of sends.slice(0, PREVIEWS)) {
      const { recorded } = read(await braze.render(message, variablesOf({ ...send, dispatch: UNSENT })));
      this.previews += 1;
      if (recorded) this.recordedPreviews += 1;
    }
  }

  async send(wave: Wave, sent: () => void): Promise<Played[]> {
    const played: Played[] = [];
    await each(wave.sends, RENDERS_AT_ONCE, async (send) => {
      played.push(await this.#one(send));
      sent();
    });
    this.played.push(...played);
    return played;
  }

  async #one(send: Send): Promise<Played> {
    const { braze, message, feedback, seed } = this.#ports;
    const unsubscribed = feedback.unsubscribed.has(send.person);
    const together = chanceOf(seed, 'rendering', send).uniform() < TOGETHER;
    const delivered = read(await braze.render(message, variablesOf(send), together));
    const { feedback: events, signals } = react(seed, send, delivered, Date.now());
    feedback.add(events, send.wave, chanceOf(seed, 'way back', send));
    return { send, delivered, signals, unsubscribed };
  }
}
