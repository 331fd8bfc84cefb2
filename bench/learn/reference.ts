/** What is asked of the default policy in the worlds that the reference study has, for the mean regret and its 90th percentile. */
export const ASKED: Readonly<Record<string, { mean: number; p90?: number }>> = {
  E1: { mean: 135, p90: 200 },
  E2: { mean: 460 },
  E3: { mean: 520 },
  E4a: { mean: 430, p90: 510 },
  E4b: { mean: 820 },
  R2: { mean: 1650 },
  R2ctr: { mean: 450 },
  R3: { mean: 50 },
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
