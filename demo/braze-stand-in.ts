import { Context, Liquid } from 'liquidjs';
import type { Template } from 'liquidjs';
import { AbortMessageTag, Aborted, connectedContentTag, EXTRAS, MessageExtrasTag } from './braze-tags.ts';
import type { ConnectedContent } from './connected-content.ts';

/** Fields of an e-mail that Braze renders apart from each other: a variable saved in one is unknown in the next. */
export const PARTS = ['subject', 'html', 'text', 'amp'] as const;
export type Part = (typeof PARTS)[number];
export type Message = Readonly<Record<Part, Template[]>>;

/** What Braze knows when it renders: the person, and the send. Absent variables render empty. */
export interface SendVariables {
  user_id: string;
  braze_id: string;
  email_address: string;
  campaign?: { api_id: string; message_api_id: string; dispatch_id: string };
  canvas?: { api_id: string };
}

/** One part as it came out. */
export interface Rendered {
  text: string;
  extras: Record<string, string>;
  /** Variables that its tags saved: what a preview in Braze shows, for an aborted message too. */
  saved: Record<string, unknown>;
  /** The reason, when the message was aborted; then `text` is empty. */
  aborted?: string;
}

/**
 * Variables in Braze's own spelling as plain Liquid ones: `${user_id}` as `user_id`, `campaign.${api_id}` as
 * `campaign["api_id"]`.
 */
export function plainVariables(template: string): string {
  return template.replace(/(\.?)\$\{([^}]*)\}/g, (_, dot: string, name: string) => {
    return dot === '' ? name.trim() : `["${name.trim()}"]`;
  });
}

/** Renders messages as Braze does, Connected Content included, so that the very text of a tag can be tried. */
export class BrazeStandIn {
  readonly #liquid: Liquid;

  constructor(client: ConnectedContent) {
    this.#liquid = new Liquid({ ownPropertyOnly: true });
    this.#liquid.registerTag('connected_content', connectedContentTag(client));
    this.#liquid.registerTag('message_extras', MessageExtrasTag);
    this.#liquid.registerTag('abort_message', AbortMessageTag);
    this.#liquid.registerFilter('url_param_escape', (value?: string | number) =>
      encodeURIComponent(value ?? ''),
    );
  }

  /** Parses a message once for all its recipients. Throws what Liquid has to say of a template it cannot read. */
  compile(source: Readonly<Record<Part, string>>): Message {
    const templates = PARTS.map((part) => [part, this.#liquid.parse(plainVariables(source[part]))] as const);
    return Object.fromEntries(templates) as Message;
  }

  /** One message for one person; `together` renders its parts at the same time, so that no cache can help. */
  async render(
    message: Message,
    variables: SendVariables,
    together = false,
  ): Promise<Record<Part, Rendered>> {
    const rendered: Partial<Record<Part, Rendered>> = {};
    const one = async (part: Part): Promise<void> => {
      rendered[part] = await this.#part(message[part], variables);
    };
    if (together) await Promise.all(PARTS.map(one));
    else for (const part of PARTS) await one(part);
    return rendered as Record<Part, Rendered>;
  }

  async #part(template: Template[], variables: SendVariables): Promise<Rendered> {
    const context = new Context({ ...variables }, this.#liquid.options);
    const saved = context.bottom() as Record<string, unknown>;
    try {
      const text = (await this.#liquid.render(template, context)) as string;
      return { text, extras: context.getRegister<Record<string, string>>(EXTRAS, {}), saved };
    } catch (error) {
      const cause = (error as { originalError?: unknown }).originalError;
      if (!(cause instanceof Aborted)) throw error;
      return { text: '', extras: {}, saved, aborted: cause.message };
    }
  }
}
