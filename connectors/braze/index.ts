import type { Connector } from '../../core/contracts/connector.ts';
import { parse } from './parse.ts';
import { render, tag } from './render.ts';
import { settingsSchema } from './schema.ts';
import type { BrazeSettings } from './schema.ts';

export const braze = {
  id: 'braze',
  title: 'Braze Connected Content',
  summary: 'Decides while Braze renders a campaign or Canvas message.',
  docs: 'https://www.braze.com/docs/user_guide/personalization_and_dynamic_content/connected_content',
  settings: settingsSchema,
  secrets: [],
  routes: [
    {
      kind: 'decide',
      path: '/v1/braze/decide',
      methods: ['GET', 'POST'],
      summary: 'Decide for one Connected Content tag',
      // Braze inserts nothing after 2 s (making_an_api_call, read 2026-11-22); the rest is for the network.
      budgetMs: 1500,
      parse,
      render,
    },
  ],
  snippets: [{ title: 'Connected Content tag', text: tag }],
} as const satisfies Connector<BrazeSettings>;
