/** What is done to an item of the queue in a dialog. */
export type WorkAct = 'assign' | 'snooze' | 'ask' | 'note' | 'due' | 'opinion';
