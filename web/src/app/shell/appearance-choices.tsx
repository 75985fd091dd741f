import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { chooseTheme, themeStore } from '~/lib/theme';
import { MenuChoice } from '~/ui/menu';
import { m } from './messages';

/** Light, dark, contrast: inside of a Menu. */
export function AppearanceChoices() {
  const t = useText();
  const theme = useStore(themeStore);
  return (
    <>
      <MenuChoice
        label={t(m.appearance)}
        value={theme.scheme}
        onChange={(scheme) => chooseTheme({ scheme })}
        options={[
          { value: 'system', label: t(m.themeSystem), icon: 'screen' },
          { value: 'light', label: t(m.themeLight), icon: 'sun' },
          { value: 'dark', label: t(m.themeDark), icon: 'moon' },
        ]}
      />
      <MenuChoice
        label={t(m.contrast)}
        value={theme.contrast === 'more' ? 'more' : 'system'}
        onChange={(contrast) => chooseTheme({ contrast })}
        options={[
          { value: 'system', label: t(m.contrastSystem) },
          { value: 'more', label: t(m.contrastMore) },
        ]}
      />
    </>
  );
}
