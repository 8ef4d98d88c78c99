"""Attention."""

from minigrad_reference.language import attention, multi_head

WORDS = {"attention": attention, "multi_head": multi_head}
