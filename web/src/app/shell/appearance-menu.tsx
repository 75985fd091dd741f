import { useText } from '~/lib/i18n/text';
import { IconButton } from '~/ui/button';
import { Menu } from '~/ui/menu';
import { AppearanceChoices } from './appearance-choices';
import { m } from './messages';

/** Loaded by the click that wants it, hence open from the start. */
export function AppearanceMenu() {
  const t = useText();
  return (
    <Menu defaultOpen trigger={<IconButton icon="sun" label={t(m.appearance)} />}>
      <AppearanceChoices />
    </Menu>
  );
}
