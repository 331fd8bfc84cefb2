/** Mean distance of a standard normal from 0. */
const TYPICAL = Math.sqrt(2 / Math.PI);

/**
 * A second feature of every number: how far it is from its middle, centred. With it a linear model can say that both ends
 * are alike, or that only one side matters; where neither is so, the learned prior of the group takes it out again.
 */
export const bend = (z: number): number => Math.abs(z) - TYPICAL;
