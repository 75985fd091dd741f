import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { Button } from '~/ui/button';
import { Icon } from '~/ui/icon';
import { Cluster } from '~/ui/layout';
import { Notice } from '~/ui/states';
import type { EventDraft, Saving } from './draft';
import { m } from './editor-messages';
import styles from './saving-state.module.css';

const words: Readonly<Record<Saving, Message>> = {
  saved: m.saved,
  waiting: m.saving,
  saving: m.saving,
  failed: m.notSaved,
  refused: m.notSavedFix,
  conflict: m.notSaved,
};

/** Whether what was typed is stored, said without being asked. */
export function SavingState({ draft }: { draft: EventDraft }) {
  const t = useText();
  const { saving, problem, errors } = useStore(draft.state);
  const unwell = saving === 'failed' || saving === 'refused' || saving === 'conflict';
  const reload = () => void draft.reload().catch(() => undefined);
  // A refusal that stands at a field needs no second place.
  const shown = saving === 'failed' || (saving === 'refused' && Object.keys(errors).length === 0);
  return (
    <>
      <Cluster gap={2} className={styles.state} data-unwell={unwell || undefined}>
        <Icon name={unwell ? 'warning' : saving === 'saved' ? 'check' : 'refresh'} size="small" />
        <span role="status">{t(words[saving])}</span>
      </Cluster>
      {saving === 'conflict' && (
        <Notice
          tone="warning"
          action={
            <Button size="small" onClick={reload}>
              {t(m.loadTheirs)}
            </Button>
          }
        >
          {t(m.conflict)}
        </Notice>
      )}
      {shown && problem && (
        <Notice
          tone="danger"
          action={
            <Button size="small" onClick={() => void draft.flush()}>
              {t(m.tryAgain)}
            </Button>
          }
        >
          {t(problem.title)}
        </Notice>
      )}
    </>
  );
}
