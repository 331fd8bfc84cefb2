/** What the clocks of a place show. */
export interface Zone {
  /** What local clocks are ahead of UTC at a moment, both in ms. */
  offsetAt(at: number): number;
}

const MINUTE_MS = 60_000;
/** Most days of UTC have one offset; on the few that change it, it changes at a quarter of an hour. */
const DAY_MS = 24 * 60 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;
/** Stretches remembered of one zone: what is asked about is the contacts of three months, now, and two days ahead. */
const MOST_KNOWN = 256;

/** `+05:30`, `-0800`, `UTC+2`, `GMT-3`: hours and minutes ahead of UTC. */
const FIXED = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/;
/** The largest offset in use is 14 h (Kiribati). */
const MOST_OFFSET_MS = 14 * 60 * MINUTE_MS;

function fixedZone(name: string): Zone | undefined {
  const match = FIXED.exec(name);
  if (!match) return undefined;
  const [, sign, hours, minutes = '0'] = match;
  const size = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  const offset = sign === '-' ? -size : size;
  return size > MOST_OFFSET_MS ? undefined : { offsetAt: () => offset };
}

/** A place of the IANA database (https://www.iana.org/time-zones), as `Intl` knows it. */
class Place implements Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, number | undefined>();
  readonly #quarters = new Map<number, number | undefined>();

  /** @throws RangeError for a name that `Intl` does not know. */
  constructor(timeZone: string) {
    const two = '2-digit';
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
      ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
    });
  }

  /** Reads the clock of the place, `11/23/2026, 13:00:00`, and takes UTC from it. */
  #read(at: number): number {
    const text = this.#format.format(at);
    const [month, day, year] = [text.slice(0, 2), text.slice(3, 5), text.slice(6, 10)];
    const [hour, minute, second] = [text.slice(12, 14), text.slice(15, 17), text.slice(18, 20)];
    const shown = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second);
    return shown - Math.floor(at / 1000) * 1000;
  }

  offsetAt(at: number): number {
    return this.#of(at, DAY_MS, this.#days) ?? this.#of(at, QUARTER_MS, this.#quarters) ?? this.#read(at);
  }

  /** The offset all through the stretch of a length that a moment is in; undefined where it is not the same. */
  #of(at: number, length: number, known: Map<number, number | undefined>): number | undefined {
    const stretch = Math.floor(at / length);
    if (known.has(stretch)) return known.get(stretch);
    const [first, last] = [this.#read(stretch * length), this.#read((stretch + 1) * length - 1)];
    const offset = first === last ? first : undefined;
    if (known.size === MOST_KNOWN) known.clear();
    known.set(stretch, offset);
    return offset;
  }
}

/** Names come from traits, so that any number of wrong ones may be asked for. */
const MOST_ZONES = 2_000;
const MOST_NAME = 64;
const zones = new Map<string, Zone | undefined>();

function place(name: string): Zone | undefined {
  try {
    return new Place(name);
  } catch {
    return undefined;
  }
}

/** The zone of an IANA name (`Europe/Berlin`) or of a fixed offset from UTC (`+05:30`); undefined for anything else. */
export function zoneOf(name: unknown): Zone | undefined {
  if (typeof name !== 'string' || name === '' || name.length > MOST_NAME) return undefined;
  if (zones.has(name)) return zones.get(name);
  const zone = fixedZone(name) ?? place(name);
  if (zones.size === MOST_ZONES) zones.clear();
  zones.set(name, zone);
  return zone;
}
