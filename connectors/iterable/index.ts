import type { Connector } from '../../core/contracts/connector.ts';
import { parse } from './parse.ts';
import { feed, render, skipOnSilence } from './render.ts';
import { settingsSchema } from './schema.ts';
import type { IterableSettings } from './schema.ts';

export const iterable = {
  id: 'iterable',
  title: 'Iterable data feed',
  summary: 'Decides while Iterable renders a template that uses a data feed.',
  docs: 'https://support.iterable.com/hc/articles/45728211053332',
  settings: settingsSchema,
  secrets: [],
  routes: [
    {
      kind: 'decide',
      path: '/v1/iterable/feed',
      methods: ['GET'],
      summary: 'Decide for one recipient of a data feed',
      // Iterable waits 10 s for a feed (article 45728211053332, read 2026-11-22); half of it is for the network.
      budgetMs: 5000,
      parse,
      render,
    },
  ],
  snippets: [
    { title: 'Data feed', text: feed },
    { title: 'First line of the template (try it in a preview first)', text: skipOnSilence },
  ],
} as const satisfies Connector<IterableSettings>;
