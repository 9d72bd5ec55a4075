import locale from "antd/locale/en_US";

import { english } from "./words.en";

/** What a reader of English loads beside the rest. */
export const spoken = { words: english, locale };
