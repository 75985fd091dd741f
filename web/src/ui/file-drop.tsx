import { type DragEvent, useRef, useState } from 'react';
import { Text, useText } from '~/lib/i18n/text';
import { useFieldControl } from './field';
import styles from './file-drop.module.css';
import { Icon } from './icon';
import { m } from './messages';

interface FileDropProps {
  /** MIME types, for example ["image/png", "image/jpeg"]. */
  accept: readonly string[];
  limit_bytes: number;
  onFile: (file: File) => void;
  /** Why a file was not taken, as text for the reader; undefined when one was. */
  onRefused: (reason: string | undefined) => void;
  /** What is there already: a picture's preview. */
  preview?: React.ReactNode;
}

const MEGABYTE = 1_000_000;

/** A file, chosen or dropped. Works by keyboard, since it is a file input with the drop area as its label. */
export function FileDrop({ accept, limit_bytes, onFile, onRefused, preview }: FileDropProps) {
  const t = useText();
  const control = useFieldControl();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const size = (bytes: number) => `${Math.ceil((bytes / MEGABYTE) * 10) / 10} MB`;
  const take = (file: File | undefined) => {
    if (!file) return;
    if (!accept.includes(file.type)) return onRefused(t(m.fileWrongKind));
    if (file.size > limit_bytes) {
      return onRefused(t(m.fileTooLarge, { size: size(file.size), limit: size(limit_bytes) }));
    }
    onRefused(undefined);
    onFile(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the input inside takes the keyboard
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {preview ?? <Icon name="upload" size="large" />}
      <p>
        <Text message={m.fileDrop} values={{ choose: (words) => <strong>{words}</strong> }} />
      </p>
      <input
        {...control}
        ref={input}
        type="file"
        accept={accept.join(',')}
        className={styles.input}
        onChange={(event) => {
          take(event.target.files?.[0]);
          // The same file can be chosen again after it was refused.
          event.target.value = '';
        }}
      />
    </div>
  );
}
