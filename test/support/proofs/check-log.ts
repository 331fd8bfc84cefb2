import type { Programme } from '../../../core/domain/programme.ts';
import type { Log, Look } from './happenings.ts';
import type { Count } from './room.ts';
import { Room } from './room.ts';
import { Standing } from './standing.ts';

interface InTheWay {
  rule: string;
  /** When it says that it ends, Infinity: never; absent: that is not looked at. */
  until?: number | undefined;
  text: string;
}

/** When a cap of one person has room again if nothing else happens: as many as are too many have to leave. */
function freeAgain({ look: { place }, limit, taken, takings }: Count): number {
  const ends = new Map<string, number>();
  for (const { key, from, to, until } of takings) {
    if (place >= from && place < to) ends.set(key, Math.max(until, ends.get(key) ?? 0));
  }
  const sorted = [...ends.values()].sort((a, b) => a - b);
  return sorted[taken - limit.most] ?? Infinity;
}

/** Whether of two things in the way by one rule the second speaks: it is there for longer, as far as that is known. */
const outlasts = (first: InTheWay, then: InTheWay): boolean =>
  first.rule === then.rule && then.until !== undefined && then.until > (first.until ?? -Infinity);

/** What is in the way of each variant at each look: of the first rule there is what is there for longest. */
function inTheWay(room: Room, own: Programme, codes: number): Map<Look, Map<string, InTheWay>> {
  const found = new Map<Look, Map<string, InTheWay>>();
  for (const count of room.counts(own, codes)) {
    const { limit, look, taken } = count;
    for (const variant of limit.of) {
      if (taken + limit.needs(variant) <= limit.most) continue;
      let all = found.get(look);
      if (!all) found.set(look, (all = new Map<string, InTheWay>()));
      const until = limit.among === 'person' ? freeAgain(count) : undefined;
      const text = `${limit.rule} ${limit.text}: ${taken} of ${limit.most}`;
      const [first, own] = [all.get(variant.id), { rule: limit.rule, until, text }];
      if (!first || outlasts(first, own)) all.set(variant.id, own);
    }
  }
  return found;
}

/** What is wrong with one look, or undefined. */
function wrongWith(look: Look, own: Programme, expected: ReadonlyMap<string, InTheWay>): string | undefined {
  const said = new Map(look.dropped.map((dropped) => [dropped.option, dropped]));
  for (const { id } of own.variants) {
    const [there, told] = [expected.get(id), said.get(id)];
    if (there?.rule !== told?.rule) {
      return `${id} was ${told ? `dropped by ${told.rule}` : 'free'}, and there is ${there?.text ?? 'room'}`;
    }
    if (there?.until !== undefined && there.until !== (told?.until ?? Infinity))
      return `${id} is said to be free at ${told?.until}, and is at ${there.until}: ${there.text}`;
  }
  const { decision } = look;
  if (!decision) return undefined;
  const closed = expected.size === own.variants.length;
  if ((decision.action === 'silence') !== closed) return `${decision.action} of ${decision.option}`;
  return expected.has(decision.option) ? `${decision.option} was sent all the same` : undefined;
}

/** Codes that were handed out while they were somebody else's, or that nobody ever had. */
function* wrongCodes(
  room: Room,
  looks: readonly Look[],
  [own, codes]: [Programme, readonly string[]],
): Generator<string> {
  const held = room.codesHeld(own);
  const known = new Set(codes);
  for (const { place, decision } of looks) {
    const code = decision?.coupon?.code;
    if (code === undefined) continue;
    if (!known.has(code)) yield `${place}: ${code} is no code`;
    const others = (held.get(code) ?? []).filter(({ from, to }) => place >= from && place < to);
    if (others.length > 0) yield `${place}: ${code} was somebody's`;
  }
}

/** What a log has wrong, and how often each rule was in the way. */
export interface Checked {
  wrong: string[];
  counts: Record<string, number>;
}

/**
 * Replays a whole log: every variant of every programme that was asked was dropped because there was no room, was not dropped where
 * there was, by the rule that speaks first, and with the time at which it ends.
 */
export function checkLog(log: Log, programmes: readonly Programme[], codes: readonly string[]): Checked {
  const standing = new Standing(log, programmes);
  const room = new Room(log, standing);
  const checked: Checked = { wrong: [], counts: {} };
  for (const own of programmes) {
    const expected = inTheWay(room, own, codes.length);
    for (const look of standing.looks) {
      if (look.programme !== own.id) continue;
      const there = expected.get(look) ?? new Map<string, InTheWay>();
      const wrong = wrongWith(look, own, there);
      if (wrong !== undefined) checked.wrong.push(`${own.id} at ${look.place} for ${look.who}: ${wrong}`);
      for (const { rule } of there.values()) checked.counts[rule] = (checked.counts[rule] ?? 0) + 1;
    }
  }
  const selling = programmes.find(({ variants }) => variants.some(({ coupon }) => coupon !== undefined));
  if (selling) checked.wrong.push(...wrongCodes(room, standing.looks, [selling, codes]));
  return checked;
}
