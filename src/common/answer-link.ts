/** Purpose of the signature of links in mails that answer a conflict; signed is `<id of the link>|<a or b>`. */
export const ANSWER_LINK = 'answer-link';
