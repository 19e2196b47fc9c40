/** What every template is given besides what is its own. */
export interface PageWords {
  readonly subject: string;
  readonly heading: string;
  /** What lists of mails show behind the subject. */
  readonly preheader: string;
}

/** A mail before it is somebody's: what to say. */
export interface Letter<Data extends PageWords = PageWords> {
  /** What it is about: an event, `digest` or `access`. Also what an unsubscription ends. */
  readonly kind: string;
  /** Folder of `templates/`. */
  readonly template: string;
  /** Mails of one thread are shown together; `null`: it stands alone. */
  readonly thread: string | null;
  readonly data: Data;
}

/** Who a mail goes to, and how the reader ends such mails. */
export interface Footer {
  readonly reason: string;
  readonly settingsLink: string | null;
  readonly unsubscribeLink: string | null;
}

/** One thing to be told, as the partial `items` shows it. */
export interface Item {
  readonly title: string;
  readonly sentence: string;
  readonly hint: string | null;
  readonly link: string;
}
