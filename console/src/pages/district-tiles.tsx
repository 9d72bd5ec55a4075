import { share } from "../format";
import { spoken } from "../language";
import { usePlaces } from "../places";

type Row = { district: { code: string; name: string | null; nameInEnglish: string | null }; diagnosed: number; total: number };

const useTexts = spoken(
  { title: "各区覆盖示意", how: "每区一格，位置大致如地图，颜色按各区相对高低，越鲜明越高；不是地图，不表示边界。" },
  { title: "Coverage by district", how: "A tile a district, placed roughly as on a map; the stronger its colour, the more are diagnosed, compared with the highest. It is no map and shows no borders." },
);

/** Column and row of each district's tile, by GB/T 2260 code: roughly where it lies. */
const PLACES: Record<string, readonly [column: number, row: number]> = {
  310151: [4, 1], 310114: [2, 2], 310113: [4, 2], 310107: [2, 3], 310106: [3, 3], 310109: [4, 3], 310110: [5, 3], 310118: [1, 4], 310105: [2, 4],
  310101: [3, 4], 310115: [5, 4], 310117: [1, 5], 310112: [2, 5], 310104: [3, 5], 310116: [2, 6], 310120: [3, 6],
};
/** From light to dark, with letters that stand out on each, in both themes. */
export const SHADES = [["#f0f5ff", "#10239e"], ["#d6e4ff", "#10239e"], ["#adc6ff", "#061178"], ["#1d39c4", "#ffffff"], ["#10239e", "#ffffff"]] as const;

/** Districts as tiles, shaded by the share that is diagnosed; the table below says the same in numbers. */
export function DistrictTiles({ districts }: { districts: readonly Row[] }) {
  const place = usePlaces();
  const texts = useTexts();
  const placed = districts.filter(({ district }) => PLACES[district.code]);
  if (placed.length < 2) return null;
  const highest = Math.max(...placed.map((one) => (one.total ? one.diagnosed / one.total : 0)));
  return (
    <figure style={{ margin: "0 0 24px" }}>
      <figcaption><h2>{texts.title}</h2><p className="clause">{texts.how}</p></figcaption>
      <div style={{ display: "grid", gridTemplateColumns: "repeat(5, minmax(0, 1fr))", gap: 6, maxWidth: 640 }}>
        {placed.map(({ district, diagnosed, total }) => {
          const [column, row] = PLACES[district.code] ?? [1, 1];
          const [background, color] = SHADES[total && highest ? Math.min(SHADES.length - 1, Math.floor((SHADES.length * diagnosed) / total / highest)) : 0] ?? SHADES[0];
          return (
            <div key={district.code} data-district={district.code} style={{ gridColumn: column, gridRow: row, background, color, borderRadius: 6, padding: "8px 4px", textAlign: "center", overflowWrap: "anywhere" }}>
              <div>{place(district).replace(/（.*）| District$/, "")}</div>
              <strong className="nowrap">{share(diagnosed, total)}</strong>
            </div>
          );
        })}
      </div>
    </figure>
  );
}
