"""The published GPT-2 of 124 million parameters: downloaded once, verified, kept. Notebook 09.

Radford et al., 2019. The files are those of https://huggingface.co/openai-community/gpt2 at one
fixed revision, under the MIT licence.
"""

from pathlib import Path

from course_utils.data.downloads import Source, fetch

REVISION = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
ADDRESS = f"https://huggingface.co/openai-community/gpt2/resolve/{REVISION}"
SHA256 = {
    "config.json": "0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4",
    "vocab.json": "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
    "merges.txt": "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    "model.safetensors": "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707",
}
SOURCES = tuple(
    Source(
        name=f"GPT-2's {name}",
        about="GPT-2 with 124 million parameters (MIT licence)",
        file_names=(f"gpt2/{name}",),
        addresses=(f"{ADDRESS}/{name}",),
        sha256=sha256,
        instead="go on without it: no other cell needs the real GPT-2",
    )
    for name, sha256 in SHA256.items()
)


def fetch_gpt2(progress: bool = True) -> Path:
    """The folder with GPT-2's weights (548 MB) and its tokenizer, for `GPT.from_gpt2`.

    Looked for in the folder gpt2/ of COURSE_DATA_DIR, then in the cache, then downloaded. Raises
    CorpusUnavailable, whose message says what to do.
    """
    folders = {fetch(source, progress).parent for source in SOURCES}
    if len(folders) > 1:
        raise ValueError(
            f"The files of GPT-2 lie in several folders: {', '.join(map(str, sorted(folders)))}. "
            f"Put all of {', '.join(SHA256)} into one of them."
        )
    return folders.pop()
