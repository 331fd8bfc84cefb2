/** One figure of the reference study: mean regret, its standard error where known, 90th percentile. */
export interface Reference {
  name: string;
  mean: number;
  se: number;
}

/** `auto` with sums that are kept by time, as programmes keep them; plain `auto` never forgets. */
export const BY_TIME = 'auto, by time';

/** `auto` choosing pieces of one message, as programmes do. */
export const PIECES = 'auto, pieces';

export interface Asked {
  /** Mean regret asked of the default policy, and its 90th percentile where one was asked. */
  target: number;
  p90?: number;
  /** Best setting of Vowpal Wabbit in this world. */
  vw: Reference;
}

/**
 * Vowpal Wabbit 9.11, built natively and run on the same worlds and seeds 0-29 in November 2026; of its settings
 * (squarecb with two gamma scales, regcb with two mellownesses, regcbopt, bag 10, epsilon 0.05) the best of each world,
 * chosen on seeds 100-103. No floor, except where its setting is epsilon.
 */
export const ASKED: Readonly<Record<string, Asked>> = {
  E1: { target: 135, p90: 200, vw: { name: 'regcb 1e-4', mean: 159.5, se: 26.3 } },
  E2: { target: 460, vw: { name: 'regcbopt 1e-3', mean: 682.6, se: 17.3 } },
  E3: { target: 520, vw: { name: 'regcbopt 1e-3', mean: 757.9, se: 11.3 } },
  E4a: { target: 430, p90: 510, vw: { name: 'regcb 1e-4', mean: 406.0, se: 36.2 } },
  E4b: { target: 820, vw: { name: 'regcb 1e-4', mean: 1016.6, se: 16.4 } },
  R2: { target: 1650, vw: { name: 'regcb 1e-4', mean: 2000.6, se: 33.3 } },
  R2ctr: { target: 450, vw: { name: 'regcbopt 1e-3', mean: 604.1, se: 9.1 } },
  R3: { target: 50, vw: { name: 'squarecb 1000', mean: 55.7, se: 0.9 } },
};

/** Mean regrets of the reference study's own runs of the baselines, to see that worlds and players are the same. */
export const BASELINES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  E1: { 'A/B': 999.1, 'explore, commit': 312.5, UCB1: 759.5, 'Beta TS': 176.0 },
  E2: { 'A/B': 1865.6, 'explore, commit': 1589.9, UCB1: 1786.4, 'Beta TS': 1491.5, LinTS: 1298.3 },
  E3: { 'A/B': 1865.6, 'explore, commit': 1591.0, UCB1: 1810.8, 'Beta TS': 1494.1, LinTS: 1336.2 },
  E4a: { 'A/B': 1000.0, 'explore, commit': 1171.7, UCB1: 817.5, 'Beta TS': 603.4 },
  E4b: { 'A/B': 1866.0, 'explore, commit': 1808.3, UCB1: 1797.3, 'Beta TS': 1626.1, LinTS: 1600.6 },
  R2: { 'A/B': 37283, 'explore, commit': 14970.7, UCB1: 9555.2, 'Beta TS': 9424.1, LinTS: 3417.6 },
  R2ctr: { 'A/B': 3355.5, 'explore, commit': 1347.4, UCB1: 1818.5, 'Beta TS': 901.8, LinTS: 1696.4 },
  R3: { 'A/B': 4067.2, 'explore, commit': 3974.3, UCB1: 3995.5, 'Beta TS': 3951.1, LinTS: 319.9 },
};
