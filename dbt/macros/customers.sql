{#- Of customers: scores of recency, frequency and money, the segment, windows to repeat in. -#}

{#-
The quintile of a value among all rows, 1 (worst) to 5 (best). Equal values share the mean of their
ranks and so get the same score; a row alone, or rows that are all equal, get the middle, 3. Null
stays null. `best` is 'high' or 'low'.

Of n rows with mean rank r the score is 1 + floor(5 × (r − ½) ÷ n); without ties and with n a
multiple of 5 each score goes to a fifth of the rows. Twice the mean rank of a tie is its first rank
and its last, both whole, so no rounding decides.
-#}
{% macro quintile(value, best='high') -%}
    {%- set ranked -%}
        over (order by {{ value }} {{ 'asc' if best == 'high' else 'desc' }} nulls last)
    {%- endset -%}
    case when {{ value }} is not null then 1 + cast(floor({{ ratio(
        "5 * (rank() " ~ ranked ~ " + count(*) " ~ ranked ~ " - 1)",
        "2 * count(" ~ value ~ ") over ()"
    ) }}) as int64) end
{%- endmacro %}

{#-
The name of a customer's segment, by the scores of recency (rows, 5 is the most recent) and of
value (columns, 1 to 5): the whole part of the mean of the scores of frequency and monetary value.
Names and ranges are those of https://www.putler.com/rfm-analysis/, whose ranges overlap; here
each pair of scores has one of the names whose range it lies in.
-#}
{% macro rfm_segment(recency, frequency, monetary) -%}
    {%- set segments = {
        5: ['New', 'Potential loyalists', 'Potential loyalists', 'Champions', 'Champions'],
        4: ['Promising', 'Potential loyalists', 'Potential loyalists', 'Loyal', 'Champions'],
        3: ['About to sleep', 'About to sleep', 'Need attention', 'Loyal', 'Loyal'],
        2: ['Hibernating', 'Hibernating', 'At risk', 'At risk', 'At risk'],
        1: ['Lost', 'Hibernating', 'At risk', 'Cannot lose them', 'Cannot lose them'],
    } -%}
    case {{ recency }}
    {%- for score, names in segments.items() %}
        when {{ score }} then case {{ frequency }} + {{ monetary }}
        {%- for name in names %}
            when {{ 2 * loop.index }} then '{{ name }}'
            {%- if not loop.last %} when {{ 2 * loop.index + 1 }} then '{{ name }}' {%- endif %}
        {%- endfor %}
        end
    {%- endfor %}
    end
{%- endmacro %}

{#- The windows of repeat rates: rows with one column `window_days`. -#}
{% macro repeat_windows() -%}
    (select 28 as window_days union all select 90 as window_days)
{%- endmacro %}
