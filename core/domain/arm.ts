/** `treated` is decided by the policy; `holdout` measures what would have happened without it. */
export type Arm = 'treated' | 'holdout';
