#include "tests/letters/letters.h"

/* Its element of structure. */
static const char *
tag_of(enum cp_block_kind kind)
{
	switch (kind) {
	case CP_BLOCK_H1:
		return "H1";
	case CP_BLOCK_H2:
		return "H2";
	case CP_BLOCK_BULLET:
	case CP_BLOCK_NUMBER:
	case CP_BLOCK_TICK:
		return "LBody";
	case CP_BLOCK_TEXT:
	case CP_BLOCK_PICTURE:
	case CP_BLOCK_WRITE:
		break;
	}
	return "P";
}

void
letters_put_block(FILE *out, const struct cp_block *b)
{
	fprintf(out, "%s\t%s\n", tag_of(b->kind), b->text);
}

void
letters_blocks(const struct letters *l, const struct cp_preview *p, FILE *out,
    long n)
{
	struct cp_err err = { 0 };
	struct letters_name name;
	struct cp_composed c;
	struct cp_blocks blocks;

	cp_composed_init(&c);
	cp_blocks_init(&blocks);
	letters_compose(l, p, &c, &name, n);
	letters_must(cp_composed_blocks(&c, &blocks, &err), &err);
	for (size_t i = 0; i < c.n_lines; i++)
		fprintf(out, "TO\t%s\n", name.line[i]);
	for (size_t i = 0; i < blocks.n; i++)
		letters_put_block(out, &blocks.block[i]);
	cp_blocks_clear(&blocks);
	cp_composed_clear(&c);
}
