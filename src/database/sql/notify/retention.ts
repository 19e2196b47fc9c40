import type { Statement } from '../statement.js';

/**
 * Drops mails that were sent two weeks ago, mails that were refused for good three months ago, notices that were told or are too old to
 * be news, and links whose time is long over. A mail that was not sent yet is never dropped.
 */
export const dropOldMail: Statement<{ mails: number; notices: number; links: number }> = {
  name: 'notify_drop_old_mail',
  text: `
  with m as (
    delete from mail_outbox where sent_at < now() - interval '14 days' or failed_at < now() - interval '90 days' returning 1),
  n as (
    delete from notice where told_at < now() - interval '14 days' or at < now() - interval '30 days' returning 1),
  l as (
    delete from answer_link where expires_at < now() - interval '14 days' returning 1)
  select (select count(*) from m) as mails, (select count(*) from n) as notices, (select count(*) from l) as links`,
};
