import { Liquid } from 'liquidjs';
import type { Template } from 'liquidjs';
import { hasTag, hasTags } from '../../core/decide/answer.ts';
import type { Filled } from '../../core/decide/answer.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { Person } from '../../core/domain/person.ts';
import type { Items } from '../../core/domain/slots.ts';

/** Characters of a template and characters it may make: enough for an e-mail, too little to hurt. */
const LIMITS = { parseLimit: 100_000, memoryLimit: 1_000_000 };
/** Time for one rendering, and for another if that was too little, in ms: the thread may have been held up. */
const RENDER_MS = [50, 250];

// no template may include another: the names of others would be files of this machine
const options = { ...LIMITS, ownPropertyOnly: true, strictFilters: true, templates: {} };

/** An engine with what it parsed: content changes seldom and is rendered often. Escaping is part of what is parsed. */
interface Renderer {
  engine: Liquid;
  parsed: Map<string, Template[]>;
}

const plain: Renderer = { engine: new Liquid(options), parsed: new Map() };
/** Values put into HTML are escaped; a template's own markup is not. */
const escaping: Renderer = { engine: new Liquid({ ...options, outputEscape: 'escape' }), parsed: new Map() };

const isHtml = (name: string): boolean => name === 'body' || name.endsWith('html');

/**
 * The decision with its content rendered from the person's traits, the request's context and the code it comes with
 * (`coupon`); lists of pieces are rendered first and are at hand in the rest (`items`). Values are data: they are never rendered a second time. A field that cannot be rendered stays out, so that no
 * half-made text is sent.
 */
export function withContent(decision: Decision, person: Person): Decision {
  const { content, items, coupon } = decision;
  if (!content || ![content, ...Object.values(items ?? {}).flat()].some(hasTags)) return decision;
  const traits = Object.entries(person.traits).map(([name, { value }]) => [name, value] as const);
  const scope = Object.fromEntries([...traits, ...Object.entries(decision.context), ['coupon', coupon]]);
  const lists = items && filledItems(items, scope);
  return { ...decision, content: filled(content, { ...scope, items: lists }), items: lists };
}

const filledItems = (items: Items, scope: Record<string, unknown>): Items =>
  Object.fromEntries(
    Object.entries(items).map(([slot, list]) => [slot, list.map((content) => filled(content, scope))]),
  );

function filled(content: Record<string, string>, scope: Record<string, unknown>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, template] of Object.entries(content)) {
    const text = hasTag(template) ? render(isHtml(name) ? escaping : plain, template, scope) : template;
    if (text !== undefined) result[name] = text;
  }
  return result;
}

/** Fills a message from a request's context alone, where the person cannot be looked up; nothing when a part of it fails. */
export const fillFrom =
  (context: Record<string, unknown>) =>
  ({ content, items }: Filled): Filled | undefined => {
    const lists = items && filledItems(items, context);
    const result = { content: filled(content, { ...context, items: lists }), items: lists };
    const fields = ({ content: own, items: listed = {} }: Filled): number =>
      [own, ...Object.values(listed).flat()].reduce((sum, one) => sum + Object.keys(one).length, 0);
    return fields(result) === fields({ content, items }) ? result : undefined;
  };

const MOST_PARSED = 1_000;

function templatesOf({ engine, parsed }: Renderer, text: string): Template[] {
  let templates = parsed.get(text);
  if (!templates) {
    templates = engine.parse(text);
    if (parsed.size === MOST_PARSED) parsed.clear();
    parsed.set(text, templates);
  }
  return templates;
}

const isLate = (error: unknown): boolean => (error as Error).message.startsWith('template render limit');

function render(renderer: Renderer, template: string, scope: Record<string, unknown>): string | undefined {
  for (const renderLimit of RENDER_MS) {
    try {
      return renderer.engine.renderSync(templatesOf(renderer, template), scope, { renderLimit }) as string;
    } catch (error) {
      if (!isLate(error)) return undefined;
    }
  }
  return undefined;
}

/** Says what is wrong with a template, or undefined. */
export function templateError(template: string): string | undefined {
  try {
    plain.engine.parse(template);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
