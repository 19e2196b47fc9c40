import { visiblePieces, type Place } from './visible';

/** Text in which nothing is invisible: spaces at the ends, unusual spaces, direction marks, letters of a foreign script. */
export function VisibleText({ text, ...place }: { readonly text: string } & Place) {
  return visiblePieces(text, place).map((piece, i) =>
    piece.shown === undefined ? (
      <span key={i}>{piece.text}</span>
    ) : (
      <span key={i} className="invisible-mark" title={piece.name}>
        {piece.shown}
      </span>
    ),
  );
}
