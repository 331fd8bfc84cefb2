import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, environment, termsOf } from '../../engine/cel.ts';
import type { Check, Finding } from './finding.ts';
import { placedRules } from './rules.ts';

const asks = (node: ASTNode): boolean =>
  (node.op === 'rcall' && node.args[0] === 'lastContact') || childrenOf(node).some(asks);

/** Whether something may hold in its place. */
const leavesOpen = (node: ASTNode): boolean =>
  node.op === '||' || node.op === '?:' || childrenOf(node).some(leavesOpen);

/** Rules that hold for nobody who had no contact: whoever is new would never get a first one. */
export const firstContacts: Check = (programme) =>
  placedRules(programme).flatMap(({ path, text }): Finding[] => {
    const terms = termsOf(environment.parse(text).ast);
    if (!terms.some((term) => asks(term) && !leavesOpen(term))) return [];
    const message =
      'history.lastContact() has no value for whoever had no contact in 92 days: the rule is false for them, so nobody new is ever contacted.';
    const fix =
      'To keep contacts apart, declare a cap instead, for 72 h {"per": "person", "count": 1, "hours": 72}; leave the rule if it is meant for those alone who had a contact.';
    return [{ code: 'rule-needs-contact', path, message, fix }];
  });
