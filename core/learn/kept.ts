import type { Programme } from '../domain/programme.ts';
import type { LinearState, LinearSums } from './linear-state.ts';
import { linearSumsOf } from './linear-state.ts';
import type { ModelState } from './model.ts';
import { pieceSumsOf } from './piece-sums.ts';

/** How trials are added up, and where. */
export interface Kept {
  sums: LinearSums;
  linear: LinearState;
}

/**
 * Everything that the trials of a programme are added to; before the first trial it is begun. Nothing of what is of other columns: that is
 * made anew first (`renewal.ts`). Changes `state`.
 */
export function keptOf(programme: Programme, state: Pick<ModelState, 'linear' | 'pieces'>): Kept[] {
  const [sums, ofPieces] = [linearSumsOf(programme), pieceSumsOf(programme)];
  if (!ofPieces) delete state.pieces;
  if (state.linear.blocks.length === 0) {
    if (state.linear.schema !== sums.schema) state.linear = sums.empty();
    if (ofPieces && state.pieces?.schema !== ofPieces.schema) state.pieces = ofPieces.empty();
  }
  const { linear, pieces } = state;
  return [
    ...(linear.schema === sums.schema ? [{ sums, linear }] : []),
    ...(ofPieces && pieces?.schema === ofPieces.schema ? [{ sums: ofPieces, linear: pieces }] : []),
  ];
}
