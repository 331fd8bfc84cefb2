/** What copies listen to. */
export const CHANNEL = 'pickwell';

/** In the transaction of whatever changes a programme or a model: counted for those who ask, told to those who listen. */
export const CHANGED = { name: 'changed', text: 'UPDATE pickwell.progress SET changes = changes + 1' };
export const NOTIFY = { name: 'notify', text: `SELECT pg_notify('${CHANNEL}', '')` };
export const CHANGES = {
  name: 'changes',
  text: `SELECT p.changes, CASE WHEN EXISTS (SELECT 1 FROM pickwell.unlisted) THEN NULL ELSE c.number END AS closed
    FROM pickwell.progress AS p CROSS JOIN pickwell.closed_head AS c`,
};
