/** What one setting lost in one world over 30 seeds: mean regret, its standard error, 90th percentile, maximum. */
export interface Lost {
  mean: number;
  se: number;
  p90: number;
  max: number;
}

const lost = (mean: number, se: number, p90: number, max: number): Lost => ({ mean, se, p90, max });

/**
 * Vowpal Wabbit 9.11, built natively and run on the same worlds and seeds 0-29 in the reference study of 22 November 2026 (its npm package
 * cannot be had, so it is not run here). Costs are minus the reward, `-q UA` where there is a context, `--cb_min_cost -1 --cb_max_cost 0`
 * for regcb; what is no default was chosen on seeds 100-103. None explores for exploration's sake but epsilon.
 */
export const VOWPAL_WABBIT: Readonly<Record<string, Readonly<Record<string, Lost>>>> = {
  E1: {
    squarecb: lost(317.3, 13.2, 418, 460),
    'squarecb 1000': lost(372.5, 61, 890, 1239),
    'regcb elim 0.1': lost(1000, 0.5, 1005, 1006),
    'regcb elim 1e-4': lost(159.5, 26.3, 337, 507),
    'regcbopt 1e-3': lost(696.6, 98.3, 1437, 1555),
    'bag 10': lost(600.9, 80, 1112, 1553),
    'epsilon 0.05': lost(679.9, 18.7, 816, 880),
  },
  E2: {
    squarecb: lost(831.3, 19.9, 1008, 1051),
    'squarecb 1000': lost(986.7, 43.3, 1365, 1398),
    'regcb elim 0.1': lost(1867.4, 23.7, 2056, 2070),
    'regcb elim 1e-4': lost(693.7, 10.4, 776, 787),
    'regcbopt 1e-3': lost(682.6, 17.3, 806, 896),
    'bag 10': lost(893.2, 21.6, 1092, 1157),
    'epsilon 0.05': lost(1289.8, 17.5, 1419, 1491),
  },
  E3: {
    squarecb: lost(939.8, 11.4, 1034, 1075),
    'squarecb 1000': lost(782.7, 17.9, 921, 1069),
    'regcb elim 0.1': lost(1867.4, 23.7, 2056, 2070),
    'regcb elim 1e-4': lost(800.6, 10.2, 881, 935),
    'regcbopt 1e-3': lost(757.9, 11.3, 832, 943),
    'bag 10': lost(1074.7, 12.8, 1162, 1230),
    'epsilon 0.05': lost(1362.3, 20.5, 1483, 1609),
  },
  E4a: {
    squarecb: lost(440.4, 17, 589, 660),
    'squarecb 1000': lost(941.3, 48.5, 1188, 1442),
    'regcb elim 0.1': lost(1000.3, 0.5, 1004, 1005),
    'regcb elim 1e-4': lost(406, 36.2, 690, 771),
    'regcbopt 1e-3': lost(932.2, 39.8, 1104, 1174),
    'bag 10': lost(1000.9, 1.3, 1005, 1026),
    'epsilon 0.05': lost(689.6, 17.7, 861, 903),
  },
  E4b: {
    squarecb: lost(1184.1, 21.7, 1352, 1432),
    'squarecb 1000': lost(1367.1, 33.8, 1673, 1803),
    'regcb elim 0.1': lost(1867, 23.7, 2064, 2074),
    'regcb elim 1e-4': lost(1016.6, 16.4, 1145, 1209),
    'regcbopt 1e-3': lost(1094.2, 22, 1250, 1373),
    'bag 10': lost(1206.4, 30.2, 1493, 1588),
    'epsilon 0.05': lost(1436.9, 22.9, 1611, 1675),
  },
  R2: {
    squarecb: lost(2915.3, 121.1, 4058, 5568),
    'squarecb 1000': lost(2122.5, 119.5, 2469, 4483),
    'regcb elim 0.1': lost(5412.6, 45.7, 5693, 5815),
    'regcb elim 1e-4': lost(2000.6, 33.3, 2300, 2624),
    'regcbopt 1e-3': lost(2000.8, 40.1, 2330, 2429),
    'bag 10': lost(2320.8, 36, 2579, 2837),
    'epsilon 0.05': lost(6113.7, 60.8, 6469, 6566),
  },
  R2ctr: {
    squarecb: lost(773.3, 14.7, 882, 991),
    'squarecb 1000': lost(858, 99.6, 904, 3691),
    'regcb elim 0.1': lost(3356.6, 1.1, 3366, 3370),
    'regcb elim 1e-4': lost(617.5, 6.4, 664, 703),
    'regcbopt 1e-3': lost(604.1, 9.1, 687, 689),
    'bag 10': lost(650.7, 14.2, 742, 874),
    'epsilon 0.05': lost(1251.1, 28.6, 1434, 1528),
  },
  R3: {
    squarecb: lost(103, 2.8, 124, 145),
    'squarecb 1000': lost(55.7, 0.9, 64, 69),
    'regcb elim 0.1': lost(312.8, 1.8, 328, 332),
    'regcb elim 1e-4': lost(73.6, 1.2, 85, 92),
    'regcbopt 1e-3': lost(75.2, 0.9, 80, 89),
    'bag 10': lost(124.3, 1.2, 132, 140),
    'epsilon 0.05': lost(298, 5.3, 350, 354),
  },
};

export const SETTINGS = Object.keys(VOWPAL_WABBIT.E1!);

/** The setting that lost least in a world. */
export function bestSetting(world: string): (Lost & { name: string }) | undefined {
  const all = Object.entries(VOWPAL_WABBIT[world] ?? {}).map(([name, own]) => ({ name, ...own }));
  return all.length === 0 ? undefined : all.reduce((best, own) => (own.mean < best.mean ? own : best));
}
