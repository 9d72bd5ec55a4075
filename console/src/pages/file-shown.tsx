import { Alert, Image, Skeleton } from "antd";
import { useEffect, useState } from "react";

import { fetched } from "../api";
import { spoken, useWords } from "../language";
import type { EvidenceFile } from "./evidence";

const LONGEST = 200_000;

const useTexts = spoken(
  {
    none: "此类文件不能在页面中查看，请下载后打开。", cut: (letters: number) => `只显示前 ${letters} 字，其余请下载查看。`, apart: "在新标签页中打开", noViewer: "此浏览器不能在页面中显示 PDF。", failed: (why: string) => `文件未能读取：${why}`,
  },
  {
    none: "A file of this kind cannot be shown on the page; download it to open it.", cut: (letters: number) => `Only the first ${letters} characters are shown; download the file for the rest.`, apart: "Open in a new tab", noViewer: "This browser cannot show a PDF on the page.", failed: (why: string) => `The file could not be read: ${why}`,
  },
);

const PICTURES = ["image/png", "image/jpeg"];
const PDF = "application/pdf";
const TEXTS = ["text/plain", "text/csv"];

/** A text as its program wrote it: an older spreadsheet writes Chinese in GB 18030. */
async function textOf(bytes: ArrayBuffer): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/**
 * A picture, a PDF or a text as it is; of any other file that it must be kept to be read. The browser is told which of these it is: what
 * somebody uploaded is never read as a page.
 */
export function FileShown({ file }: { file: EvidenceFile }) {
  const texts = useTexts();
  const words = useWords();
  const [read, setRead] = useState<{ url?: string; text?: string; fault?: string }>();
  const { url, mediaType } = file;
  const shows = [...PICTURES, PDF, ...TEXTS].includes(mediaType);
  useEffect(() => {
    if (!shows) return;
    let [gone, made]: [boolean, string | undefined] = [false, undefined];
    const reads = async () => {
      const bytes = await (await fetched(url)).arrayBuffer();
      if (gone) return;
      if (TEXTS.includes(mediaType)) setRead({ text: await textOf(bytes) });
      else setRead({ url: (made = URL.createObjectURL(new Blob([bytes], { type: mediaType }))) });
    };
    reads().catch((fault: Error) => setRead({ fault: fault instanceof TypeError ? words.network : fault.message }));
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [url, mediaType, shows, words]);
  if (!shows) return <Alert type="info" title={texts.none} />;
  if (!read) return <Skeleton active aria-label={words.loading} />;
  if (read.fault !== undefined) return <Alert type="error" showIcon title={texts.failed(read.fault)} />;
  if (read.text !== undefined) {
    return (
      <>
        <pre className="file" tabIndex={0} aria-label={file.filename}>{read.text.slice(0, LONGEST)}</pre>
        {read.text.length > LONGEST && <p className="clause">{texts.cut(LONGEST)}</p>}
      </>
    );
  }
  if (mediaType !== PDF) return <Image src={read.url} alt={file.filename} style={{ maxHeight: "70vh", maxWidth: "100%", objectFit: "contain" }} />;
  return (
    <>
      {navigator.pdfViewerEnabled ? <iframe className="file" src={read.url} title={file.filename} /> : <p>{texts.noViewer}</p>}
      <a href={read.url} target="_blank" rel="noopener noreferrer">{texts.apart}</a>
    </>
  );
}
