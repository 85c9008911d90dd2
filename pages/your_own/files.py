"""Uploaded files as text, and how much of a text is read."""

from charts.wording import readable

MOST, LONGEST = 1000, 100_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(name: str, content: bytes) -> str:
    r"""Return the text in a file.

    Raises
    ------
    ValueError
        With a sentence for the learner that says why the file cannot be read.

    Examples
    --------
    >>> decoded("words.csv", b"\xef\xbb\xbfthe,12,9")
    'the,12,9'
    >>> decoded("words.xlsx", b"PK\x03\x04\x00")
    Traceback (most recent call last):
    ValueError: `words.xlsx` is no text file; save the sheet as “CSV UTF-8” and upload that.
    """
    file, remedy = f"`{readable(name)}`", "save the sheet as “CSV UTF-8” and upload that."
    utf_16 = content.startswith(_UTF_16)
    if b"\0" in content and not utf_16:
        raise ValueError(f"{file} is no text file; {remedy}")
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as problem:
        row = content.count(b"\n", 0, problem.start) + 1
        raise ValueError(
            f"Row {row} of {file} holds a character that is not UTF-8; {remedy}"
        ) from None
    check_length(file, text)
    return text


def check_length(what: str, text: str) -> None:
    """Raise ValueError if a text is too long to be read while somebody waits."""
    if len(text) > LONGEST:
        raise ValueError(
            f"{what} is {len(text):,} characters long; at most {LONGEST:,} are read, enough for "
            f"{MOST:,} categories."
        )
