import { useEffect, useState } from 'react';
import styles from './qr-code.module.css';

interface QrCodeProps {
  /** As the server drew it. */
  svg: string;
  alt: string;
}

/**
 * A QR code from the server's SVG. As a picture rather than as markup: what is in it can draw and nothing else. White
 * in every theme, since scanners read dark on light.
 */
export function QrCode({ svg, alt }: QrCodeProps) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [svg]);
  return (
    <div className={styles.plate} data-theme="light">
      {address && <img src={address} alt={alt} className={styles.code} />}
    </div>
  );
}
