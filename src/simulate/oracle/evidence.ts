/** What the judge goes by. Nothing of the hub's code: journals of the two systems, what people typed, and what the hub says it did. */
export interface Evidence {
  readonly units: readonly UnitFacts[];
  readonly sides: Readonly<Record<SideName, SideFacts>>;
  /** What has to hold across fields. */
  readonly rules: readonly RuleFacts[];
  readonly linked: boolean;
  /** What stood on the two sides at first, by unit. */
  readonly initial: Readonly<Record<SideName, Readonly<Record<string, Value>>>>;
  readonly stood: readonly Stood[];
  readonly lives: readonly LifeFacts[];
  /** What happens to a record that was deleted on one side and edited on the other. */
  readonly deleteVsEdit: 'review' | 'delete' | 'keep';
  /** What happens where it was deleted on a side, and nothing had been edited. */
  readonly onDelete: Readonly<Record<SideName, 'review' | 'delete' | 'unlink' | 'ignore'>>;
  readonly typed: readonly TypedFacts[];
  readonly told: readonly ToldFacts[];
  /** The same with what the hub has forgotten because its own database was set back. */
  readonly everTold: readonly ToldFacts[];
  /** What was set back to a backup. */
  readonly restored: readonly RestoredFacts[];
  readonly rest: readonly RestFacts[];
  readonly probes: readonly ProbeFacts[];
  /** Fingerprints of all that is stored, before and after everything was delivered again. */
  readonly redelivered: { readonly before: string; readonly after: string } | null;
  /** What the sides refused to write, by their own answers. */
  readonly refused: readonly RefusedFacts[];
  /** New writes that left while the record was out of scope, in words. */
  readonly sentOutside: readonly string[];
  /** Records that references can point to. */
  readonly targets: readonly TargetFacts[];
  /** What the hub wrote into references. */
  readonly pointed: readonly PointedFacts[];
  readonly edits: number;
  readonly decisions: number;
  readonly hubWrites: number;
}

export type SideName = 'A' | 'B';
export type Value = unknown;

export interface UnitFacts {
  readonly key: string;
  readonly strategy: 'owner' | 'newest' | 'merge' | 'rules' | 'review';
  readonly owner: SideName | null;
  readonly foreign: 'accept' | 'revert' | 'review' | 'ignore' | null;
  /** `newest`: who wins where nobody can say which is newer; `null`: a person. */
  readonly tie: SideName | null;
  readonly merge: 'set' | 'counter' | 'text' | 'json' | 'min' | 'max' | null;
  readonly group: boolean;
  /** Its values are the names of the records that it points to. */
  readonly reference: boolean;
  readonly direction: 'both' | 'AtoB' | 'BtoA';
  readonly preferNonBlank: boolean;
  readonly heldWith: readonly string[];
  /** Its policy was edited during the run. */
  readonly repoliced: boolean;
  /** Something automatic on a side insists on a value of its own. */
  readonly insisted: boolean;
}

export interface RuleFacts {
  readonly units: readonly string[];
  readonly said: string;
  readonly holds: (values: Readonly<Record<string, Value>>) => boolean;
}

export interface SideFacts {
  readonly tier: string;
  /** Reads show every value that ever stood (log, history), not only some. */
  readonly complete: boolean;
  /** Changes are read as a log, in their order. */
  readonly ordered: boolean;
  /** A record is deleted there only as the hub knows it. Elsewhere whatever stands is deleted. */
  readonly deletesAsKnown: boolean;
  /** Rows are deleted there by a mark. */
  readonly archives: boolean;
  /** It can be told for certain whether a write without an answer was carried out. */
  readonly exact: boolean;
  /** What the side makes of a value of a unit when it is written there. */
  readonly form: (unit: string, value: Value) => Value;
}

/** One value that stood in one unit on one side, from the side's own journal, in order over both sides. */
export interface Stood {
  readonly at: number;
  readonly side: SideName;
  readonly unit: string;
  readonly before: Value;
  readonly value: Value;
  readonly by: 'user' | 'hub' | 'trigger' | 'automation' | 'restore';
  /** The record had been deleted and is made anew with it. */
  readonly anew: boolean;
  /** When it was typed cannot be told: the side dates it in the future, or it is one of very many of one moment, and the side tells. */
  readonly undated: boolean;
}

/** A record was deleted, or made again. */
export interface LifeFacts {
  readonly at: number;
  readonly side: SideName;
  readonly did: 'delete' | 'insert';
  /** The row itself went or came, or a mark on it did. */
  readonly how: 'row' | 'mark';
  readonly by: 'user' | 'hub' | 'trigger' | 'automation' | 'restore';
}

export interface RefusedFacts {
  readonly at: number;
  readonly side: SideName;
  readonly unit: string;
  readonly value: Value;
}

/** A record that references on its side can point to, by its own id there. */
export interface TargetFacts {
  readonly side: SideName;
  readonly id: string;
  /** What it stands for; the same on both sides. */
  readonly name: Value;
  readonly madeAt: number;
  readonly goneAt: number | null;
  /** When the hub knew that it was gone. */
  readonly goneKnownAt: number | null;
  /** When the hub decided to delete it, because it had been deleted on the other side. */
  readonly deletionDecidedAt: number | null;
}

/** A side, or the hub's own database, was set back to a backup, and people said what is right. */
export interface RestoredFacts {
  readonly of: SideName | 'hub';
  readonly how: 'give-back' | 'take';
  readonly backupAt: number;
  readonly at: number;
  /** What stood on the sides then; empty where the record was not there. */
  readonly stood: Readonly<Record<SideName, Readonly<Record<string, Value>>>>;
  /** What the hub remembered, with what it had read by then. */
  readonly told: readonly ToldFacts[];
}

export interface PointedFacts {
  readonly side: SideName;
  readonly unit: string;
  readonly id: string;
  readonly at: number;
  /** The record was made anew, and says there what it had said itself. */
  readonly asItWas: boolean;
  /** When the request left. */
  readonly sentAt: number;
}

export interface TypedFacts {
  readonly at: number;
  readonly side: SideName;
  readonly unit: string;
  readonly value: Value;
  readonly did:
    | { readonly what: 'set' }
    | { readonly what: 'plus'; readonly by: number }
    | { readonly what: 'add' | 'drop' | 'word' | 'leaf'; readonly item: string };
}

/** Rows of the hub's lineage (the same shape as the hub tells them in, said again here so that nothing is shared). */
export interface ToldFacts {
  readonly at: number;
  readonly kind: string;
  readonly unit: string;
  readonly side?: SideName;
  readonly value?: Value;
  readonly dot?: string;
  readonly ctx?: string;
  readonly how?: string;
  readonly over?: readonly Value[];
  readonly decision?: string | null;
  readonly id?: string;
  readonly shown?: readonly Value[];
  /** Of an undo after the write: what becomes of each side. */
  readonly sides?: Readonly<Record<SideName, string>> | null;
  /** The conflict that a decision named. */
  readonly match?: string | null;
  readonly values?: readonly Value[];
  /** What a reference is said to point to, or all that was to choose from, had not been linked. */
  readonly unlinked?: boolean;
  readonly why?: string;
  readonly key?: string;
}

/** How things stood at one of the moments when nothing moved any more. */
export interface RestFacts {
  readonly at: number;
  readonly reached: boolean;
  /** Everything has been decided that could be. */
  readonly decided: boolean;
  /** The link has ended: both records are gone, or were let go. */
  readonly ended: boolean;
  /** Existence is being settled: fields wait. */
  readonly lifeOpen: boolean;
  /** What is to be done about that was refused. */
  readonly lifeBlocked: boolean;
  readonly alive: Readonly<Record<SideName, boolean>>;
  /** By the sides' own journals. */
  readonly rows: Readonly<Record<SideName, 'stands' | 'marked' | 'gone'>>;
  /** What the hub takes each side to hold. */
  readonly existence: Readonly<Record<SideName, { readonly value: Value; readonly marked: boolean }>>;
  readonly values: Readonly<Record<SideName, Readonly<Record<string, Value>>>>;
  readonly registers: Readonly<Record<string, RegisterFacts>>;
  /** Unit → the conflict as stored, and as the registers say. */
  readonly conflicts: Readonly<Record<string, string>>;
  readonly derived: Readonly<Record<string, string>>;
  readonly diverged: readonly string[];
  readonly openAttempts: number;
  /** Writes of the hub in the rounds after nothing had moved. */
  readonly writesAfter: number;
}

export interface RegisterFacts {
  readonly head: Value;
  readonly dot: string;
  readonly ctx: string;
  readonly A: Value;
  readonly B: Value;
  readonly blocked: boolean;
}

/** One unit, the same observations taken in other orders, or with some of them missing: what came out, as text. */
export interface ProbeFacts {
  readonly unit: string;
  readonly outcomes: readonly string[];
}

export interface Violation {
  readonly property: string;
  readonly unit: string;
  readonly said: string;
}
