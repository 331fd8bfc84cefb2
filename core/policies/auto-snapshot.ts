import type { LogisticModel } from '../learn/models/logistic.ts';
import type { Snapshot } from '../learn/models/snapshot.ts';
import { readSnapshot, schemaHash, writeSnapshot } from '../learn/models/snapshot.ts';
import type { AutoSettings } from './auto.ts';
import { Auto } from './auto.ts';

type Numbers = Record<string, ArrayLike<number>>;

const schemaOf = ({ groups, options }: AutoSettings): string =>
  schemaHash({ model: 'auto', groups, options });

/** All options of a model, one after another. */
function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function divide(all: Float64Array, parts: readonly Float64Array[]): void {
  let at = 0;
  for (const part of parts) {
    part.set(all.subarray(at, at + part.length));
    at += part.length;
  }
}

function partsOf(model: LogisticModel): Record<string, Float64Array[]> {
  return {
    information: model.evidence.map((own) => own.information),
    response: model.evidence.map((own) => own.response),
    mean: model.beliefs.map((own) => own.mean),
    factor: model.beliefs.map((own) => own.factor),
    prior: [model.prior.mean, model.prior.variance, model.prior.guess],
  };
}

function modelNumbers(name: string, model: LogisticModel): Numbers {
  const parts = Object.entries(partsOf(model)).map(
    ([part, own]) => [`${name}.${part}`, joined(own)] as const,
  );
  return { ...Object.fromEntries(parts), [`${name}.common`]: [model.prior.common] };
}

/** Everything an `Auto` knows. Read back with `loadAuto` it decides and learns on exactly as this one would. */
export function saveAuto(auto: Auto, settings: AutoSettings): Snapshot {
  const { rows, spread } = auto;
  return writeSnapshot(schemaOf({ ...settings, options: auto.full.beliefs.length }), {
    ...modelNumbers('full', auto.full),
    ...modelNumbers('flat', auto.flat),
    'rows.x': rows.x.subarray(0, rows.length * rows.features),
    'rows.option': rows.option.subarray(0, rows.length),
    'rows.reward': rows.reward.subarray(0, rows.length),
    'rows.weight': rows.weight.subarray(0, rows.length),
    spread: joined([spread.sum, spread.squares]),
    detector: auto.detector.save(),
    scalars: [auto.trust, auto.seen, auto.nextRefit, auto.scale, spread.count],
    changes: auto.changes,
  });
}

/** @throws RangeError where the snapshot is of another version, other features or another number of options */
export function loadAuto(snapshot: Snapshot, settings: AutoSettings): Auto {
  const numbers = readSnapshot(snapshot, schemaOf(settings));
  const auto = new Auto(settings);
  for (const [name, model] of [['full', auto.full] as const, ['flat', auto.flat] as const]) {
    for (const [part, own] of Object.entries(partsOf(model))) divide(numbers(`${name}.${part}`), own);
    model.prior.common = numbers(`${name}.common`)[0]!;
  }
  const [x, option, reward, weight] = ['x', 'option', 'reward', 'weight'].map((part) =>
    numbers(`rows.${part}`),
  );
  const { features } = auto.rows;
  for (let t = 0; t < option!.length; t++) {
    const row = x!.subarray(t * features, (t + 1) * features);
    auto.rows.push({ x: row, option: option![t]!, reward: reward![t]!, weight: weight![t]! });
  }
  divide(numbers('spread'), [auto.spread.sum, auto.spread.squares]);
  auto.detector.load([...numbers('detector')]);
  auto.changes.push(...numbers('changes'));
  const [trust, seen, nextRefit, scale, count] = numbers('scalars');
  Object.assign(auto, { trust, seen, nextRefit, scale });
  auto.spread.count = count!;
  return auto;
}
