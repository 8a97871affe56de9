<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>halfstep::BudgetPlanner</name>
    <message numerus="yes">
        <source>Measuring %n candidate(s) on every layer</source>
        <translation>
            <numerusform>Measuring %n candidate on every layer</numerusform>
            <numerusform>Measuring %n candidates on every layer</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::BudgetPlot</name>
    <message numerus="yes">
        <source>%n got more bits</source>
        <translation>
            <numerusform>%n got more bits</numerusform>
            <numerusform>%n got more bits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n got fewer</source>
        <translation>
            <numerusform>%n got fewer</numerusform>
            <numerusform>%n got fewer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>%n changed</numerusform>
            <numerusform>%n changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::BudgetStrip</name>
    <message numerus="yes">
        <source>%1 of %n layer(s) measured</source>
        <translation>
            <numerusform>%1 of %n layer measured</numerusform>
            <numerusform>%1 of %n layers measured</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::BudgetView</name>
    <message numerus="yes">
        <source>lock %n layer(s)</source>
        <translation>
            <numerusform>lock %n layer</numerusform>
            <numerusform>lock %n layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>unlock %n layer(s)</source>
        <translation>
            <numerusform>unlock %n layer</numerusform>
            <numerusform>unlock %n layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::ComparePlot</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::ComparisonDialog</name>
    <message numerus="yes">
        <source>%n tensor(s) compared</source>
        <translation>
            <numerusform>%n tensor compared</numerusform>
            <numerusform>%n tensors compared</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::ComparisonTableModel</name>
    <message numerus="yes">
        <source>%n weight(s) NaN or infinite, left out</source>
        <translation>
            <numerusform>%n weight NaN or infinite, left out</numerusform>
            <numerusform>%n weights NaN or infinite, left out</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::Document</name>
    <message numerus="yes">
        <source>%n weight(s) are NaN or infinite, the first at element %1. They are left out of every figure, and this tensor cannot be exported.</source>
        <translation>
            <numerusform>%n weight is NaN or infinite: element %1. It is left out of every figure, and this tensor cannot be exported.</numerusform>
            <numerusform>%n weights are NaN or infinite, the first at element %1. They are left out of every figure, and this tensor cannot be exported.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::FileController</name>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… and %n more</numerusform>
            <numerusform>… and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::ImportanceLabel</name>
    <message numerus="yes">
        <source>The inputs of %1 of %n layer(s) are weighted with it.</source>
        <translation>
            <numerusform>The inputs of %1 of %n layer are weighted with it.</numerusform>
            <numerusform>The inputs of %1 of %n layers are weighted with it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::IssuesPanel</name>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n error</numerusform>
            <numerusform>%n errors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n warning</numerusform>
            <numerusform>%n warnings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n note(s)</source>
        <translation>
            <numerusform>%n note</numerusform>
            <numerusform>%n notes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::LayerTableView</name>
    <message numerus="yes">
        <source>%n selected</source>
        <comment>layers</comment>
        <translation>
            <numerusform>%n selected</numerusform>
            <numerusform>%n selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n tensor(s)</source>
        <translation>
            <numerusform>%1 of %n tensor</numerusform>
            <numerusform>%1 of %n tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensor(s)</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::LearnView</name>
    <message numerus="yes">
        <source>%n lesson file(s) could not be used.</source>
        <translation>
            <numerusform>%n lesson file could not be used.</numerusform>
            <numerusform>%n lesson files could not be used.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::MainWindow</name>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n layer</numerusform>
            <numerusform>%n layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::MeasureService</name>
    <message numerus="yes">
        <source>Measuring %n tensor(s)</source>
        <translation>
            <numerusform>Measuring %n tensor</numerusform>
            <numerusform>Measuring %n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::NumberText</name>
    <message numerus="yes">
        <source>%n byte(s)</source>
        <translation>
            <numerusform>%n byte</numerusform>
            <numerusform>%n bytes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::SchemeEditor</name>
    <message numerus="yes">
        <source>Not for %n of the selected layers: %1.</source>
        <comment>%1 is the reason</comment>
        <translation>
            <numerusform>Not for %n of the selected layers: %1.</numerusform>
            <numerusform>Not for %n of the selected layers: %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Scheme for %n layers</source>
        <translation>
            <numerusform>Scheme for %n layer</numerusform>
            <numerusform>Scheme for %n layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Apply to %n selected layers</source>
        <translation>
            <numerusform>&amp;Apply to %n selected layer</numerusform>
            <numerusform>&amp;Apply to %n selected layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::SchemeOptions</name>
    <message numerus="yes">
        <source>%1 always has groups of %n weights.</source>
        <translation>
            <numerusform>%1 always has groups of %n weight.</numerusform>
            <numerusform>%1 always has groups of %n weights.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 always has blocks of %n weights.</source>
        <translation>
            <numerusform>%1 always has blocks of %n weight.</numerusform>
            <numerusform>%1 always has blocks of %n weights.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::SensitivityView</name>
    <message numerus="yes">
        <source>Measuring %n scheme(s) on every layer</source>
        <translation>
            <numerusform>Measuring %n scheme on every layer</numerusform>
            <numerusform>Measuring %n schemes on every layer</numerusform>
        </translation>
    </message>
</context>
</TS>
