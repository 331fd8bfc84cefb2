import type { Programme } from '../domain/programme.ts';
import type { Adjustment } from './belief.ts';

/** Takes off what contacts cost by the fatigue that a programme declares (`core/guardrails/fatigue.ts`). */
export const tired = ({ fatigue }: Programme): readonly Adjustment[] =>
  fatigue === undefined
    ? []
    : [{ name: 'fatigue', constant: false, of: (option, asked) => -(asked.fatigue?.[option] ?? 0) }];
