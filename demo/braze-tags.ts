import { Tag } from 'liquidjs';
import type { Context, Emitter, Liquid, TagToken, Template, TopLevelToken } from 'liquidjs';
import type { Call, ConnectedContent, Inserted } from './connected-content.ts';

/** Keys and values of one message together, in bytes; what is over is cut off. Braze, message_extras_tag, 2026-11-22 */
const EXTRAS_BYTES = 1_000;

/** Name of the register in which a part gathers its extras. */
export const EXTRAS = 'message_extras';

/** The message is not to be sent to this person. */
export class Aborted extends Error {}

type Steps = Generator<unknown, void, string>;

/** `url :name value :name value` with Liquid in every piece. */
interface Pieces {
  url: Template[];
  options: Map<string, Template[]>;
}

function piecesOf(args: string, liquid: Liquid): Pieces {
  const [url = '', ...rest] = args.trim().split(/\s+:(?=[a-z_]+(?:\s|$))/);
  const options = rest.map((piece) => {
    const [name = '', ...value] = piece.split(/\s+/);
    return [name, liquid.parse(value.join(' '))] as const;
  });
  return { url: liquid.parse(url), options: new Map(options) };
}

function* textOf(
  liquid: Liquid,
  templates: Template[] | undefined,
  context: Context,
): Generator<unknown, string, string> {
  if (templates === undefined) return '';
  return (yield liquid.renderer.renderTemplates(templates, context)).trim();
}

function headersIn(text: string): Record<string, string> {
  if (text === '') return {};
  return JSON.parse(text) as Record<string, string>;
}

/** `connected_content`: every option of the documentation is understood but the stored credentials. `:retry` is ignored. */
export function connectedContentTag(client: ConnectedContent) {
  return class extends Tag {
    readonly #pieces: Pieces;

    constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
      super(token, remaining, liquid);
      this.#pieces = piecesOf(token.args, liquid);
    }

    *render(context: Context, emitter: Emitter): Steps {
      const call = yield* this.#call(context);
      const saved = yield* this.#option('save', context);
      const { value, text } = (yield client.insert(call)) as unknown as Inserted;
      if (value !== undefined) (context.bottom() as Record<string, unknown>)[saved || 'connected'] = value;
      emitter.write(text);
    }

    *#call(context: Context): Generator<unknown, Call, string> {
      const method = (yield* this.#option('method', context)).toLowerCase() === 'post' ? 'POST' : 'GET';
      const type = yield* this.#option('content_type', context);
      const given = headersIn(yield* this.#option('headers', context));
      const maxAge = yield* this.#option('cache_max_age', context);
      const form = method === 'POST' ? 'application/x-www-form-urlencoded' : 'application/json';
      return {
        method,
        url: yield* textOf(this.liquid, this.#pieces.url, context),
        headers: { 'content-type': type || form, accept: type || '*/*', ...given },
        body: method === 'POST' ? yield* this.#option('body', context) : undefined,
        noCache: this.#pieces.options.has('no_cache'),
        cacheMaxAge: maxAge === '' ? undefined : Number(maxAge),
      };
    }

    *#option(name: string, context: Context): Generator<unknown, string, string> {
      return yield* textOf(this.liquid, this.#pieces.options.get(name), context);
    }
  };
}

/** `message_extras :key k :value v`: the first one of a key stands, and all together are cut at 1,000 bytes. */
export class MessageExtrasTag extends Tag {
  readonly #key: string;
  readonly #value: Template[];

  constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
    super(token, remaining, liquid);
    const [, key, value] = /^:key\s+(\S+)\s+:value\s+(.*)$/s.exec(token.args.trim()) ?? [];
    if (key === undefined || value === undefined) throw new Error('message_extras: :key, then :value');
    this.#key = key;
    this.#value = liquid.parse(value);
  }

  *render(context: Context): Steps {
    const value = yield* textOf(this.liquid, this.#value, context);
    const extras = context.getRegister<Record<string, string>>(EXTRAS, {});
    if (this.#key in extras) return;
    const used = Object.entries(extras).flat().join('');
    const room = EXTRAS_BYTES - Buffer.byteLength(used + this.#key);
    if (room > 0) extras[this.#key] = Buffer.from(value).subarray(0, room).toString('utf8');
  }
}

/** `abort_message()` or `abort_message('a literal reason')`. */
export class AbortMessageTag extends Tag {
  readonly #reason: string;

  constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
    super(token, remaining, liquid);
    const [, single, double] = /^\(\s*(?:'([^']*)'|"([^"]*)")?\s*\)$/s.exec(token.args.trim()) ?? [];
    this.#reason = single ?? double ?? '';
  }

  *render(): Steps {
    throw new Aborted(this.#reason);
  }
}
